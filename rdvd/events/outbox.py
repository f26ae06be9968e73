"""What waits to be sent to one client: bounded, and never waited for by whoever fills it."""

from collections import deque
from collections.abc import Iterable

import trio

from .types import Line

MOST_EVENTS = 256
MOST_BYTES = 1024 * 1024


class Outbox:
    """A replay is not counted: its lines are the window's own. Many fill, one task empties."""

    def __init__(self, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._replay: deque[Line] = deque()
        self._live: deque[Line] = deque()
        self._bytes = 0
        self._is_shut = False
        self._changed = trio.Event()

    def begin_anew(self, lines: Iterable[Line]) -> None:
        """Forget what waits; these come first, then whatever is pushed from now on."""
        self._forget()
        self._replay.extend(lines)
        self._changed.set()

    def push(self, line: Line) -> bool:
        """False if there is no room: the reader is too slow, and all that waits is forgotten."""
        if self._is_shut:
            return True
        if len(self._live) >= self._most_events or self._bytes + line.size > self._most_bytes:
            self._forget()
            self._is_shut = True
            return False
        self._live.append(line)
        self._bytes += line.size
        self._changed.set()
        return True

    def end_with(self, line: Line) -> None:
        """Forget what waits, and take nothing more after this."""
        self.begin_anew([line])
        self._is_shut = True

    def waiting(self) -> int:
        return len(self._replay) + len(self._live)

    def take(self) -> Line | None:
        if self._replay:
            return self._replay.popleft()
        if not self._live:
            return None
        line = self._live.popleft()
        self._bytes -= line.size
        return line

    async def next(self) -> Line | None:
        """The next line, when there is one; None when it is shut and empty."""
        while (line := self.take()) is None and not self._is_shut:
            self._changed = trio.Event()
            await self._changed.wait()
        return line

    def _forget(self) -> None:
        self._replay.clear()
        self._live.clear()
        self._bytes = 0
