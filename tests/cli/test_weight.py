"""A command that is typed a hundred times a day must not wait for what it does not use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rdvd.daemons import environment

from .terminal import Place

HEAVY = {"trio", "asyncio", "httpx", "rich", "http.client", "attrs", "attr", "msgspec", "sqlite3"}
KNOWN_TO_STATUS = (
    *("main", "client", "http", "exits", "here", "options", "parsing", "render"),
    *("status", "status_lines", "view", "whereabouts"),
)
# Each takes a noticeable part of the time in which an empty interpreter begins and ends.
TOO_HEAVY_FOR_STATUS = HEAVY | {
    *("argparse", "click", "datetime", "enum", "inspect", "json", "logging", "pathlib", "re"),
    *("rdvd.cli.main", "selectors", "shutil", "socket", "ssl", "subprocess", "tomllib", "typing"),
    *("urllib", "urllib.parse"),
}
COMMANDS = ["", "auth", "events", "session", "attach", "session wait"]
THEN_SAY = """
import sys
from rdvd.cli.main import rdv
from rdvd.cli.exits import Failure
try:
    rdv(sys.argv[1:], prog_name="rdv", standalone_mode=False)
except Failure as failure:
    assert failure.code == 6, failure
print("\\n".join(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_imports_nothing_heavy(command: str, tmp_path: Path):
    assert HEAVY & imported(tmp_path, *command.split(), "--help") == set()


def test_who_is_attached_carries_nothing_heavy_either():
    done = subprocess.run(
        [sys.executable, "-c", "import rdvd.cli.attach.client, sys; print(*sys.modules)"],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip

    assert HEAVY & set(done.stdout.split()) == set()


def test_status_imports_nothing_heavy_and_no_file_of_another_command(tmp_path: Path):
    modules = imported(tmp_path, "status")

    assert HEAVY & modules == set()
    ours = {name for name in modules if name.startswith("rdvd.cli.")}
    assert ours <= {f"rdvd.cli.{name}" for name in KNOWN_TO_STATUS}


def test_status_alone_says_how_it_is_with_hardly_anything_imported(shared: Place):
    """Also where there are settings, if none of them moves the socket."""
    (shared.home / "config.toml").write_text("[limits]\nwrites_per_minute = 300\n")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rdvd.cli", "status"],
        env=environment(shared.home, shared.run),
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    in_order = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    modules = set(in_order[in_order.index("rdvd.cli") :])  # what was before is Python's own way

    assert done.stdout.startswith("status ")
    assert "rdvd.cli.render" in modules
    assert modules & TOO_HEAVY_FOR_STATUS == set()


def imported(home: Path, *words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", THEN_SAY, *words],
        env=os.environ | {"RDV_HOME": str(home)},
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return set(done.stderr.split())
