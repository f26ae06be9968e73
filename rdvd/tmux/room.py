"""How many sessions a server is given: what it holds, and what was promised to callers."""

from collections.abc import Callable

PROMISE_SECONDS = 10.0  # for who never says what became of it


class Room:
    """A server is filled before the next is used: an idle server costs more than a session."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._promises: dict[int, list[float]] = {}

    def take(self, number: int, sessions: int) -> bool:
        """Promise a place in this server, which has so many sessions now, if there is one left."""
        now = self._clock()
        promises = [until for until in self._promises.get(number, ()) if until > now]
        has_room = sessions + len(promises) < self._limit
        self._promises[number] = [*promises, now + PROMISE_SECONDS] if has_room else promises
        return has_room

    def settle(self, number: int) -> None:
        """The session is there and counted, or will never be."""
        if promises := self._promises.get(number):
            promises.pop(0)
