"""What a session prints, from a moment on, as it comes: read from its byte log."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager

import trio

from actors import Lagged
from rdvd.bytelog import ByteLog, RecorderProblem
from rdvd.identity import SessionId

from .shop import Shop
from .types import Active, Session, Starting, Suspended

AT_ONCE = 65_536
BUFFER = 4_096
NOT_RECORDED = "RECORDER_NOT_RECORDED"


class Silence(Exception):
    """Nothing more will come: the session has ended, and all that it printed was read."""


@asynccontextmanager
async def following(shop: Shop, id: SessionId) -> AsyncGenerator["Stream", None]:
    """Everything printed from here on."""
    with ExitStack() as stack:
        stream = Stream(shop, id, stack)
        stream.listen()
        stream.offset = await _drained(shop, id)
        yield stream


async def _drained(shop: Shop, id: SessionId) -> int:
    """Where what was printed until now ends. All of a closed session is on file already."""
    try:
        return await shop.recording.drain(id)
    except RecorderProblem as problem:
        if problem.code != NOT_RECORDED:
            raise
    log = ByteLog(shop.home(id).path)
    return await trio.to_thread.run_sync(lambda: log.end)


class Stream:
    def __init__(self, shop: Shop, id: SessionId, stack: ExitStack) -> None:
        self.offset = 0
        self._shop, self._id, self._stack = shop, id, stack
        self._log = ByteLog(shop.home(id).path)
        self._is_over = False

    def listen(self) -> None:
        """Before looking at what is there, so that nothing falls between."""
        self._stack.close()
        recording, facts = self._shop.recording, self._shop.facts
        self._growth = self._stack.enter_context(recording.growth_of(self._id, BUFFER))
        self._facts = self._stack.enter_context(facts.subscribe(BUFFER))
        self._is_over = not _may_print(self._shop.roster.get(self._id))

    async def more(self) -> bytes:
        """The next bytes, at least one; `Silence` once there are no more to come."""
        while True:
            was_over = self._is_over
            piece = await trio.to_thread.run_sync(self._log.read, self.offset, AT_ONCE)
            if piece.data:
                self.offset = piece.end  # which may be behind a gap
                return piece.data
            if was_over:
                raise Silence
            await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._wait_for_growth, nursery.cancel_scope)
                nursery.start_soon(self._wait_for_the_end, nursery.cancel_scope)
        except* Lagged:
            self.listen()

    async def _wait_for_growth(self, other: trio.CancelScope) -> None:
        async for grew in self._growth:
            if grew.session == self._id:
                other.cancel()
                return

    async def _wait_for_the_end(self, other: trio.CancelScope) -> None:
        async for fact in self._facts:
            if fact.session.id == self._id and not _may_print(fact.session):
                self._is_over = True
                other.cancel()
                return


def _may_print(session: Session) -> bool:
    return isinstance(session.state, Starting | Active | Suspended)
