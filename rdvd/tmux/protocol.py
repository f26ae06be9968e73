"""Control mode as tmux speaks it: bytes in, blocks and notifications out. Nothing here waits.

A block ends only at the exact guard that it began with, so what a captured screen holds is data,
whatever it looks like. A guard can be guessed, though. Then the true one comes later, and goes
astray: connection.py believes nothing before it knows that this has not happened.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

OPENING = re.compile(rb"%begin (\d+ \d+ (\d+))")
CLOSING = re.compile(rb"%(end|error) (\d+ \d+ \d+)")


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


class Astray(NamedTuple):
    """A guard that closes what is closed already: one of the two was not tmux's."""

    line: bytes


Event = Block | Notification | Remark | Astray


class Parser:
    """Fed with whatever the pipe gives, however it is cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._guard: bytes | None = None
        self._is_answer = False
        self._lines: list[bytes] = []
        self._closed: set[bytes] = set()

    def feed(self, data: bytes) -> Iterator[Event]:
        """Everything that is complete now. Take all of it before the next piece."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if self._guard is None:
                yield from self._outside(line)
            elif line.startswith(b"%e") and (closing := CLOSING.fullmatch(line)):
                yield from self._at_guard(line, closing[2])
            else:
                self._lines.append(line)

    def settle(self) -> None:
        """What was closed so far was tmux's own: from now on its guards are lines like others."""
        self._closed.clear()

    def _outside(self, line: bytes) -> Iterator[Event]:
        if (opening := OPENING.fullmatch(line)) is not None:
            self._guard, self._is_answer = opening[1], opening[2] == b"1"
        elif CLOSING.fullmatch(line):
            yield Astray(line)
        elif line.startswith(b"%"):
            name, _, rest = line[1:].partition(b" ")
            yield Notification(name, rest)
        else:
            yield Remark(line)

    def _at_guard(self, line: bytes, guard: bytes) -> Iterator[Event]:
        if guard == self._guard:
            yield Block(self._is_answer, line.startswith(b"%error"), tuple(self._lines))
            self._closed.add(guard)
            self._guard = None
            self._lines.clear()
        elif guard in self._closed:
            yield Astray(line)
        else:
            self._lines.append(line)
