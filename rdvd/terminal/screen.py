"""What tmux draws of a session, for one viewer and in its size.

We read no faster than the viewer does, so that one who is slow holds up nobody but itself.
"""

import math
from contextlib import suppress

import trio

from actors import Lagged
from rdvd.identity import SessionId
from rdvd.sessions import Front, SessionFact, Size
from rdvd.streams import Farewell, Stream

from .endings import Ending, ending_of
from .pace import DRAWN_AFTER, LONG_TICK, Pace
from .pseudo import PseudoTerminal
from .stages import Stages
from .talk import Talk
from .types import TERMINAL_GONE, Exit, Focus, FromViewer, Primary, Resize

MOST_ON_THE_WAY = 32 * 1024  # to who is slow: what tmux draws later is worth more
QUIET = 2 * LONG_TICK  # after that tmux has drawn what there was to draw
LONGEST_LAST_WORDS = 0.5
LONGEST_DOUBT = 2.0  # from the end of the terminal to the word about why


class ScreenView:
    def __init__(
        self,
        stream: Stream,
        terminal: PseudoTerminal,
        stages: Stages,
        session: SessionId,
        *,
        may_type: bool,
    ) -> None:
        stream.hold_at_most(MOST_ON_THE_WAY)
        self._talk = Talk(stream, 0)
        self._terminal = terminal
        self._stages = stages
        self._session = session
        self._may_type = may_type
        self._pace = Pace()
        self._resting = trio.CancelScope()
        self._hurried = trio.Event()
        self._shown_at = -math.inf

    async def run(self, front: Front) -> Farewell | None:
        async def wait_for_the_end() -> None:
            await self._say_last(await _ending(front, self._session))

        tasks = (self._show, self._hasten, self._tell_size, wait_for_the_end)
        return await self._talk.run(self._obey, *tasks)

    async def _show(self) -> None:
        while True:
            data, waited = await self._take()
            if not data:
                break
            await self._talk.show(data)
            self._shown_at = trio.current_time()
            self._pace.saw(len(data), waited, self._shown_at)
        await trio.sleep(LONGEST_DOUBT)  # whoever knows why ends this view meanwhile
        await self._talk.finish(TERMINAL_GONE)

    async def _take(self) -> tuple[bytes, float]:
        """What there is at the next look, and how long after it was due that came."""
        if self._pace.goes_on:
            await self._rest()
            began = trio.current_time()
            data = await self._terminal.read()
            return data, trio.current_time() - began
        while True:
            await self._terminal.wait_readable()
            waited = trio.current_time() - self._pace.due
            if waited < 0:
                await self._rest()
            if (data := self._terminal.look()) is not None:
                return data, waited

    async def _rest(self) -> None:
        with trio.CancelScope(deadline=self._pace.due) as self._resting:
            await trio.sleep_forever()

    async def _hasten(self) -> None:
        """Keys that come meanwhile have their turn afterwards, so that this stays bounded."""
        while True:
            await self._hurried.wait()
            self._hurried, began = trio.Event(), trio.current_time()
            for seconds in DRAWN_AFTER:
                await trio.sleep_until(began + seconds)
                self._terminal.redraw()

    async def _obey(self, said: FromViewer | bytes) -> None:
        match said:
            case bytes() if self._may_type:
                await self._terminal.write(said)
                if self._pace.is_flooded and self._pace.hurry(trio.current_time()):
                    self._resting.deadline = self._pace.due
                    self._hurried.set()
            case Resize(cols=columns, rows=rows):
                self._terminal.resize(columns, rows)
                self._stages.resize(self._session, self, Size(columns, rows))
            case Focus(force=force):
                self._stages.focus(self._session, self, force=force)
            case _:
                await self._talk.refuse_keys()

    async def _tell_size(self) -> None:
        async def tell(is_primary: bool, size: Size) -> None:
            await self._talk.say(Primary(is_primary, size.columns, size.rows))

        await self._stages.keep_told(self._session, self, tell)

    async def _say_last(self, ending: Ending) -> None:
        """After what the program has printed before it ended."""
        if isinstance(ending.message, Exit):
            with trio.move_on_after(LONGEST_LAST_WORDS):
                await self._wait_until_quiet()
        await self._talk.finish(ending.farewell, ending.message)

    async def _wait_until_quiet(self) -> None:
        """Every output puts off the end of this silence."""
        while True:
            left = self._shown_at + QUIET - trio.current_time()
            if left <= 0:
                return
            await trio.sleep(left)


async def _ending(front: Front, session: SessionId) -> Ending:
    while True:
        with front.shop.facts.subscribe() as facts:
            ending = ending_of(front.get(session))
            with suppress(Lagged):  # then we look at how it is now, as at the beginning
                while ending is None:
                    ending = _ending_by(await anext(facts), session)
            if ending is not None:
                return ending


def _ending_by(fact: SessionFact, session: SessionId) -> Ending | None:
    return ending_of(fact.session) if fact.session.id == session else None
