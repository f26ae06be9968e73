"""Reading the daemon's log, to the end or on and on."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import click

from rdvd.cli.exits import FAILED, NOT_FOUND, Failure
from rdvd.cli.log_lines import shown


def has_journal() -> bool:
    return shutil.which("journalctl") is not None


def journal(lines: int, *, follow: bool) -> NoReturn:
    """journalctl in our place: it pages, follows and ends by itself."""
    command = ["journalctl", "--user", "--unit=rdvd.service", f"--lines={lines}"]
    os.execvp(command[0], [*command, *(["--follow"] if follow else [])])


def file(log: Path, lines: int, *, follow: bool) -> None:
    """The file's last lines. `tail` follows it by name, so also when it is set aside."""
    if not follow and not log.exists():
        hint = "The daemon writes it when it first starts."
        raise Failure(f"there is no log at {log}", hint=hint, code=NOT_FOUND)
    command = ["tail", f"--lines={lines}", *(["--follow=name", "--retry"] if follow else []), "--"]
    with subprocess.Popen([*command, str(log)], stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        try:
            for line in tail.stdout:
                click.echo(shown(line.rstrip("\n")))
        finally:
            tail.terminate()
    if tail.returncode > 0:
        raise Failure(f"tail ended with {tail.returncode}", code=FAILED)
