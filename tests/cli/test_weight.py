"""A command that is typed a hundred times a day must not wait for what it does not use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"trio", "asyncio", "httpx", "rich", "http.client", "attrs", "attr", "msgspec", "sqlite3"}
KNOWN_TO_STATUS = (
    *("main", "client", "http", "exits", "here", "options", "render"),
    *("status", "status_lines", "view"),
)
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


def test_status_alone_goes_without_the_library_of_the_command_line(tmp_path: Path):
    command = [sys.executable, "-X", "importtime", "-m", "rdvd.cli", "status"]
    done = subprocess.run(
        command,
        env=os.environ | {"RDV_HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert done.returncode == 6
    assert "rdvd.cli.status_lines" in modules
    assert "click" not in modules


def imported(home: Path, *words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", THEN_SAY, *words],
        env=os.environ | {"RDV_HOME": str(home)},
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return set(done.stderr.split())
