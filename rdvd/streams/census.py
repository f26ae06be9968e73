"""How many streams there are, and how often somebody came: for health and metrics."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["opened", "refused"]


class Census:
    """By the pattern of the route, of which there are few; "" is none of ours."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.openings: Counter[tuple[str, Outcome]] = Counter()
        self._holders: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self.open.total()

    def held_by(self, holder: str) -> int:
        """How many streams one principal has open, by its key."""
        return self._holders[holder]

    def came(self, pattern: str, outcome: Outcome) -> None:
        self.openings[pattern, outcome] += 1

    @contextmanager
    def one_open(self, pattern: str, holder: str) -> Generator[None, None, None]:
        self.open[pattern] += 1
        self._holders[holder] += 1
        try:
            yield
        finally:
            self.open[pattern] -= 1
            self._holders[holder] -= 1
            if not self._holders[holder]:
                del self._holders[holder]  # bounded: only those who are here
