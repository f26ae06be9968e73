"""`rdv` in a terminal of its own, read as it draws."""

import os
import select
import subprocess
import sys
import termios
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from tests.rdvd.daemons import A_WHILE, environment

from .asking import Said, say


@frozen
class Place:
    """Where a daemon is, or is not."""

    home: Path
    run: Path

    def say(self, *words: str, **own: str) -> Said:
        return say(self.home, self.run, *words, **own)


@define
class Terminal:
    """A pseudo-terminal with one program in it."""

    process: subprocess.Popen[bytes]
    master: int
    slave: int
    mode: list[Any]  # Any: what termios says
    seen: bytes = field(default=b"")

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read_until(self, text: str) -> str:
        """Everything since the last time, up to where `text` has come."""
        end = time.monotonic() + A_WHILE
        while text.encode() not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"no {text!r} in {self.seen!r}"
            self.seen += os.read(self.master, 65536)
        before, _, self.seen = self.seen.partition(text.encode())
        return (before + text.encode()).decode()

    def is_as_it_was(self) -> bool:
        return termios.tcgetattr(self.slave) == self.mode


@contextmanager
def terminal(
    place: Place, *words: str, columns: int = 80, below: tuple[str, ...] = (), **own: str
) -> Generator[Terminal]:
    """`below`: what runs rdv, such as a shell."""
    command = (*below, sys.executable, "-m", "rdvd.cli", *words)
    with running(place, *command, columns=columns, **own) as there:
        yield there


@contextmanager
def running(place: Place, *command: str, columns: int = 80, **own: str) -> Generator[Terminal]:
    """Any program."""
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (24, columns))
    mode = termios.tcgetattr(slave)
    process = subprocess.Popen(
        ["setsid", "--ctty", *command],
        env=environment(place.home, place.run) | {"TERM": "xterm"} | own,
        stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    try:
        yield Terminal(process, master, slave, mode)
    finally:
        process.kill()
        process.wait(A_WHILE)
        os.close(master)
        os.close(slave)
