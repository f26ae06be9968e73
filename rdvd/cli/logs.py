"""Reading the daemon's log, to the end or on and on."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import click

from rdvd.cli.exits import FAILED, NOT_FOUND, Failure
from rdvd.cli.log_lines import shown

JOURNAL = ("journalctl", "--user", "--unit=rdvd.service")
A_WHILE = 30.0


def may_read_journal() -> bool:
    """Kept in memory alone, the journal is for administrators; so it is where there is none."""
    if shutil.which("journalctl") is None:
        return False
    told = subprocess.run(
        [*JOURNAL, "--lines=0", "--quiet"], stdin=subprocess.DEVNULL, capture_output=True,
        timeout=A_WHILE, check=False,
    )  # fmt: skip
    return told.returncode == 0 and not told.stderr


def journal(lines: int, *, follow: bool) -> NoReturn:
    """journalctl in our place: it pages, follows and ends by itself."""
    os.execvp(JOURNAL[0], [*JOURNAL, f"--lines={lines}", *(["--follow"] if follow else [])])


def file(log: Path, lines: int, *, follow: bool, fields: str | None = None) -> None:
    """The file's last lines. `tail` follows it by name, so also when it is set aside."""
    if not follow and not log.exists():
        hint = "The daemon writes it when it first starts."
        raise Failure(f"there is no log at {log}", hint=hint, code=NOT_FOUND)
    command = ["tail", f"--lines={lines}", *(["--follow=name", "--retry"] if follow else []), "--"]
    with subprocess.Popen([*command, str(log)], stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        try:
            for line in tail.stdout:
                click.echo(shown(line.rstrip("\n")) if fields is None else _chosen(line, fields))
        finally:
            tail.terminate()
    if tail.returncode > 0:
        raise Failure(f"tail ended with {tail.returncode}", code=FAILED)


def _chosen(line: str, fields: str) -> str:
    """What is no line of ours, such as the beginning of one, is a text."""
    try:
        said: dict[str, Any] = dict(json.loads(line))
    except (ValueError, TypeError):
        said = {"text": line.rstrip("\n")}
    names = [name.strip() for name in fields.split(",") if name.strip()]
    chosen = {name: said[name] for name in names or said if name in said}
    return json.dumps(chosen, ensure_ascii=False)
