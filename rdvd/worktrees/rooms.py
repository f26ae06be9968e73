"""Who is busy with which repository: for the loop's thread alone."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

import trio
from attrs import define, field


@define(eq=False)
class Busy:
    """A count for each: those who wait for its actor, and the actor itself while it works."""

    _busy: Counter[str] = field(factory=Counter[str])
    _last: dict[str, float] = field(factory=dict[str, float])

    @contextmanager
    def working(self, key: str) -> Generator[None]:
        """Nobody ends it meanwhile."""
        self._busy[key] += 1
        try:
            yield
        finally:
            self._busy[key] -= 1
            self._last[key] = trio.current_time()

    def is_idle(self, key: str, seconds: float) -> bool:
        quiet = trio.current_time() - self._last.get(key, trio.current_time())
        return not self._busy[key] and quiet >= seconds

    def forget(self, key: str) -> None:
        """But not those who have come meanwhile: they are counted until they are done."""
        self._last.pop(key, None)
        if not self._busy[key]:
            del self._busy[key]
