"""How many sessions a server is given: what it holds, and what was promised to callers."""

from collections.abc import Callable, Mapping

PROMISE_SECONDS = 10.0  # for who never says what became of it


class Room:
    """Fills the first server before the next one: an idle server costs more than a session."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._promises: dict[int, list[float]] = {}

    def first_with_room(self, sessions: Mapping[int, int]) -> int:
        """The lowest number with room; one that is not in `sessions` is a new server."""
        number = 0
        while sessions.get(number, 0) + self.promised(number) >= self._limit:
            number += 1
        return number

    def promise(self, number: int) -> None:
        self._promises.setdefault(number, []).append(self._clock() + PROMISE_SECONDS)

    def settle(self, number: int) -> None:
        """The session is there and counted, or will never be."""
        if promises := self._promises.get(number):
            promises.pop(0)

    def promised(self, number: int) -> int:
        now = self._clock()
        kept = [until for until in self._promises.get(number, ()) if until > now]
        self._promises[number] = kept
        return len(kept)
