"""Control mode as tmux speaks it: bytes in, blocks and notifications out. Nothing here waits.

A block ends only at the exact guard that it began with, so that what a captured screen holds is
data whatever it looks like. A guard can be guessed, though; connection.py makes guessing useless.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

GUARD = re.compile(rb"%begin (\d+ \d+ (\d+))")


class Block(NamedTuple):
    """What one command said. `is_answer`: to a command of this connection, not of a hook."""

    is_answer: bool
    is_error: bool
    lines: tuple[bytes, ...]


class Notification(NamedTuple):
    """Something happened: `%sessions-changed` is `Notification(b"sessions-changed", b"")`."""

    name: bytes
    rest: bytes


class Remark(NamedTuple):
    """A line that is no control mode at all: the client itself complains."""

    line: bytes


Event = Block | Notification | Remark


class Parser:
    """Fed with whatever the pipe gives, however it is cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._guard: bytes | None = None
        self._is_answer = False
        self._lines: list[bytes] = []

    def feed(self, data: bytes) -> list[Event]:
        """Everything that is complete now."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        return list(self._events(lines))

    def _events(self, lines: list[bytes]) -> Iterator[Event]:
        for line in lines:
            if self._guard is None:
                if (begun := GUARD.fullmatch(line)) is not None:
                    self._guard, self._is_answer = begun[1], begun[2] == b"1"
                else:
                    yield _outside(line)
            elif line.endswith(self._guard) and line[: -len(self._guard)] in (b"%end ", b"%error "):
                yield Block(self._is_answer, line.startswith(b"%error"), tuple(self._lines))
                self._guard = None
                self._lines.clear()
            else:
                self._lines.append(line)


def _outside(line: bytes) -> Notification | Remark:
    if not line.startswith(b"%"):
        return Remark(line)
    name, _, rest = line[1:].partition(b" ")
    return Notification(name, rest)
