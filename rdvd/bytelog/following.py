"""Whose growth somebody waits for: the recorder tells of no other in full."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager

import trio

from actors import Topic

from .connection import Connection
from .types import Grew


class Following:
    """Everybody hears once a second what grew; who follows a session, of each growth of it."""

    def __init__(self, grew: Topic[Grew], tell: Callable[[Grew], None]) -> None:
        self._grew = grew
        self._tell = tell
        self._wanted: Counter[str] = Counter()
        self._changed = trio.Event()

    @contextmanager
    def follow(self, session: str, buffer: int) -> Generator[AsyncIterator[Grew], None, None]:
        with self._grew.subscribe(buffer) as news:
            self._wanted[session] += 1
            self._changed.set()
            try:
                yield news
            finally:
                self._wanted[session] -= 1
                if not self._wanted[session]:
                    del self._wanted[session]
                self._changed.set()

    async def keep(self, connection: Connection) -> None:
        """As long as the recorder is there. What it missed before it knew is told at once."""
        told: set[str] = set()
        while True:
            self._changed = trio.Event()
            for session in self._wanted.keys() - told:
                told.add(session)
                if answer := await connection.ask("follow", session):
                    end, at = map(int, answer)
                    self._tell(Grew(session, end, at))
            for session in told - self._wanted.keys():
                told.remove(session)
                await connection.ask("unfollow", session)
            await self._changed.wait()
