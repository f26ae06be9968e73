"""kill -9 at any moment: everything acknowledged is there, and nothing is half there."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from .scribbler import __name__ as SCRIBBLER  # noqa: N812 - the name of a program to start

ROUNDS = int(os.environ.get("RDV_KILL_ROUNDS", "50"))
MOST_BEFORE_A_KILL = 400


@pytest.fixture
def scribbler() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", SCRIBBLER]
    pipe, root = subprocess.PIPE, Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=root) as process:
        yield process
        process.kill()


def test_every_acknowledged_write_survives_every_kill(
    scribbler: subprocess.Popen[str], tmp_path: Path
):
    path, acknowledged = tmp_path / "library.db", set[int]()
    for _ in range(ROUNDS):
        new = kill_once(scribbler, path, after=random.randrange(MOST_BEFORE_A_KILL))

        assert acknowledged.isdisjoint(new)
        acknowledged |= new
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            books, loans = (set(connection.execute(query)) for query in QUERIES)
        assert books == loans
        assert {(id,) for id in acknowledged} <= books

    assert len(acknowledged) > ROUNDS


QUERIES = ("SELECT id FROM book", "SELECT book FROM loan")


def kill_once(scribbler: subprocess.Popen[str], path: Path, after: int) -> set[int]:
    """Have it write, kill it after so many acknowledgements; all those that it got out."""
    assert scribbler.stdin is not None
    assert scribbler.stdout is not None
    scribbler.stdin.write(f"{path}\n")
    scribbler.stdin.flush()
    word, pid = scribbler.stdout.readline().split()
    assert word == "pid"
    return set(_read_and_kill(scribbler.stdout, int(pid), after))


def _read_and_kill(lines: IO[str], pid: int, after: int) -> Iterator[int]:
    for number, line in enumerate(lines):
        if line.startswith("ended"):
            assert line == f"ended {-signal.SIGKILL}\n"
            return
        if number == after:
            os.kill(pid, signal.SIGKILL)
        yield int(line)
