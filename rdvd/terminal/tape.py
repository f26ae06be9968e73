"""Every byte that a session printed, from any position on, and then as it comes: `mode=log`."""

import trio

from rdvd.bytelog import ByteLog
from rdvd.ground.errors import Conflict
from rdvd.sessions import Front, Session, Silence, following
from rdvd.sessions import Stream as Tape
from rdvd.streams import DONE, Farewell, Stream

from .endings import ending_of
from .talk import WINDOW, Talk
from .types import FromViewer, Gap, Hello
from .wire import write
from .wish import Wish


class TapeView:
    """Nothing is shown twice, and what is not there is named."""

    def __init__(self, stream: Stream, tape: Tape, front: Front, session: Session) -> None:
        self._talk = Talk(stream, tape.offset)
        self._tape = tape
        self._front = front
        self._session = session.id

    async def run(self) -> Farewell | None:
        return await self._talk.run(self._obey, self._show)

    async def _show(self) -> None:
        try:
            while True:
                before = self._tape.offset
                data = await self._tape.more()
                start = self._tape.offset - len(data)
                if start > before:
                    await self._talk.say(Gap(before, start))
                    self._talk.skip_to(start)
                await self._talk.show(data)
        except Silence:
            ending = ending_of(self._front.get(self._session))
            if ending is None:
                await self._talk.finish(DONE)
            else:
                await self._talk.finish(ending.farewell, ending.message)

    async def _obey(self, said: FromViewer | bytes) -> None:
        """A tape has no keys, no size and no focus."""
        if isinstance(said, bytes):
            await self._talk.refuse_keys()


async def play(stream: Stream, front: Front, session: Session, wish: Wish) -> Farewell | None:
    async with following(front.shop, session.id) as tape:
        end = tape.offset
        tape.offset = await _start(front, session, wish, end)
        hello = Hello(session.id, "log", tape.offset, end, True, "replay", WINDOW)
        await stream.send(write(hello))
        return await TapeView(stream, tape, front, session).run()


async def _start(front: Front, session: Session, wish: Wish, end: int) -> int:
    if wish.seq is not None and wish.seq > end:
        raise Conflict(f"seq {wish.seq} lies behind the end of the log, {end}")
    if wish.seq is not None or wish.since is None:
        return wish.seq or 0
    log = ByteLog(front.shop.home(session.id).path)
    return await trio.to_thread.run_sync(log.offset_at, wish.since)
