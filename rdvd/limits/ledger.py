"""At most so many keys, and still nobody gets a fresh budget by being forgotten. Pure.

Only what makes no difference is forgotten: a bucket that is full again. When the table is full of
others, newcomers share one place. So whoever can invent keys gets the budgets of `most` keys and
one more, whatever they do, and those who are known already keep their own.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

S = TypeVar("S")

SHARED = ""


class Ledger(Generic[S]):
    """A state per key, the one longest unused first."""

    def __init__(self, most: int, clean: S, is_idle: Callable[[S, float], bool]) -> None:
        self._most = most
        self._clean = clean
        self._is_idle = is_idle
        self._states: OrderedDict[str, S] = OrderedDict()
        self._shared = clean

    def __len__(self) -> int:
        return len(self._states)

    def get(self, key: str, now: float) -> S:
        if key in self._states:
            return self._states[key]
        return self._clean if self._has_room(now) else self._shared

    def put(self, key: str, state: S, now: float) -> None:
        if key in self._states or self._has_room(now):
            self._states[key] = state
            self._states.move_to_end(key)
        else:
            self._shared = state

    def _has_room(self, now: float) -> bool:
        if len(self._states) < self._most:
            return True
        oldest = next(iter(self._states))
        if not self._is_idle(self._states[oldest], now):
            return False
        del self._states[oldest]
        return True
