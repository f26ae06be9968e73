"""The last facts, for those who come back. Pure."""

from collections import deque
from itertools import islice

from .types import Fact

MOST_FACTS = 4_096
MOST_BYTES = 1024 * 1024


class Window:
    """Bounded by number and by size. Its facts are numbered without holes."""

    def __init__(self, most_facts: int = MOST_FACTS, most_bytes: int = MOST_BYTES) -> None:
        self._most_facts = most_facts
        self._most_bytes = most_bytes
        self._facts: deque[Fact] = deque()
        self._bytes = 0
        self.latest = 0

    @property
    def gone(self) -> int:
        """The last position that is not here any more: from there on all of it is."""
        return self.latest - len(self._facts)

    def add(self, fact: Fact) -> None:
        assert fact.event.seq == self.latest + 1
        self.latest = fact.event.seq
        self._facts.append(fact)
        self._bytes += fact.line.size
        while len(self._facts) > self._most_facts or self._bytes > self._most_bytes:
            self._bytes -= self._facts.popleft().line.size

    def after(self, seq: int) -> list[Fact] | None:
        """All that came after it; None if some of that is gone, or if it never was."""
        gone = self.gone
        if not gone <= seq <= self.latest:
            return None
        return list(islice(self._facts, seq - gone, None))
