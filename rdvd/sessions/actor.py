"""One session: it alone writes its row, and everything that happens to it happens here in turn."""

import logging
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import trio
from attrs import evolve

from actors import Actor, Refused
from rdvd.bytelog import RecorderProblem
from rdvd.ground.clock import now_ms
from rdvd.ground.store import Along, alone
from rdvd.ground.whole import whole_or_undone
from rdvd.identity import Auth, Minted, SessionId

from . import acts, homes, notes, storage, transitions
from .checks import check_directory
from .ending import wait_for_end
from .exits import CUT_SHORT, agree, keep_screen, learn_end
from .launch import NotLaunched, clear, launch, let_go
from .notes import Note, Write, silently
from .policy import after_running, delay_of_restart
from .processes import is_alive
from .shop import Shop
from .types import (
    Active,
    Created,
    Ended,
    Exited,
    Left,
    Pane,
    Restarted,
    Session,
    SessionFact,
    Size,
    Starting,
    Suspended,
    Updated,
    Vanished,
)

log = logging.getLogger("rdvd.sessions")

PIPE_PAUSE = 1.0
RECORD_PAUSE = 30.0


class SessionActor(Actor):
    """Lives as long as the session is not closed. Of its state, all that matters is in the row."""

    def __init__(self, shop: Shop, id: SessionId) -> None:
        self._shop = shop
        self._id = id
        self._launched_at = trio.current_time()
        self._piped_at = -math.inf

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        """A crash changes nothing outside, so the next life goes on with what there is."""
        self._follow()
        yield

    async def begin(self, note: Note = silently) -> Session:
        """Make what the row orders. If that fails, nothing is left of it, nor of the row."""
        session = self._session
        async with whole_or_undone(self.discard):
            minted = await self._mint(along=partial(storage.put, session=session))
            return await self._run(session, minted, note)

    async def discard(self) -> None:
        """Leave nothing: it could not be begun, or whoever ordered it has left meanwhile."""
        session = self._session
        await clear(self._shop, session)
        await self._shop.store.write(notes.forget, session)
        await trio.to_thread.run_sync(homes.remove, self._shop.home(self._id))
        self._shop.keyframes.forget(self._id)
        self._shop.roster.remove(self._id)
        self._shop.facts.publish(Vanished(session))
        self.stop()

    async def settle(self) -> Session:
        """Agree with what there is, after the daemon was away."""
        session = self._session
        match session.state:
            case Starting(_, again=False):
                await self.discard()
                return session
            case Starting():
                await clear(self._shop, session)
                return await self._put(transitions.lost(session, CUT_SHORT, now_ms()))
            case Active(pane) | Suspended(pane):
                if not is_alive(pane.pid, pane.born):
                    return await self.note_end(pane)
                if not homes.has_begun(self._shop.home(self._id)):
                    self.spawn(self._let_go_late)
                await self.record()
                self.spawn(self._keep_piped_after, 0)
                return session
            case _:
                after = await self._put(await agree(self._shop, session))
                self._plan_restart(after)  # which may have been due while we were away
                return after

    async def note_end(self, pane: Pane) -> Session:
        """The wrapper in this pane has ended; an earlier one than ours is no concern."""
        session = self._session
        if not isinstance(session.state, Active | Suspended) or session.state.pane != pane:
            return session
        after = await learn_end(self._shop, session, pane)
        ran = trio.current_time() - self._launched_at
        after = evolve(after, restarts=after_running(after.restarts, ran, self._shop.settings))
        await self._put(after, Ended(after))
        if isinstance(after.state, Exited):
            self.spawn(keep_screen, self._shop, after, acts.place_of(after, pane))
            self._plan_restart(after)
        return after

    async def record(self) -> None:
        """Go on with its log. A session lives without one too, but it is asked for again."""
        if isinstance(self._session.state, Active | Suspended):
            try:
                await self._shop.recording.add(self._id)
            except RecorderProblem as problem:
                extra = {"session": self._id, "error": problem.detail}
                log.error("session.not_recorded", extra=extra)
                self.spawn(self._record_later)

    async def keep_piped(self) -> None:
        """Whether its output reaches the recorder is worth a look."""
        pause = self._piped_at + PIPE_PAUSE - trio.current_time()
        if pause > 0:
            self.spawn(self._keep_piped_after, pause)
        elif await acts.pipe_again(self._shop, self._session):
            self._piped_at = trio.current_time()

    async def change(self, change: Callable[[Session], Session]) -> Session:
        """Whatever of a session is only a word about it: its name, folder, policy, conversation.

        `change` sees the session as it is now, and may refuse.
        """
        session = self._session
        after = change(session)
        return await self._put(evolve(after, state=session.state, updated=now_ms()))

    async def paste(self, text: str, *, enter: bool) -> None:
        await acts.paste(self._shop, self._session, text, enter=enter)

    async def press(self, keys: tuple[str, ...]) -> None:
        await acts.press(self._shop, self._session, keys)

    async def resize(self, size: Size) -> Session:
        return await self._put(await acts.resize(self._shop, self._session, size))

    async def suspend(self, *, freezes: bool) -> Session:
        return await self._put(await acts.suspend(self._shop, self._session, freezes=freezes))

    async def resume(self, *, relaunches: bool = False) -> Session:
        if relaunches and not isinstance(self._session.state, Active | Suspended):
            return await self.restart()
        return await self._put(await acts.resume(self._shop, self._session))

    async def restart(self, *, after: Exited | None = None) -> Session:
        """End what runs and begin anew. `after`: by the policy, if nothing has happened since."""
        session = self._session
        if after is not None and session.state != after:
            return session
        beginning = transitions.relaunching(session, now_ms(), by_policy=after is not None)
        await trio.to_thread.run_sync(check_directory, session.directory)
        ending = await acts.end_everything(self._shop, session)
        await ending.keep(self._shop, session, lambda: self._put(beginning, through=self._revoke))
        async with _telling_why(self._give_up_start):
            return await self._run(beginning, await self._mint())

    async def close(self, note: Note = silently) -> Left:
        """End all that runs in it, say what would not end, and revoke what it may."""
        session = self._session
        transitions.closed(session, now_ms())  # or refuse, before anything is done
        ending = await acts.end_everything(self._shop, session)
        left = Left(transitions.closed(session, now_ms(), ending.how), ending.survivors)
        put = partial(self._put, left.session, left, note, through=self._revoke)
        await ending.keep(self._shop, session, put)
        self.stop()
        return left

    @property
    def _session(self) -> Session:
        return self._shop.roster.get(self._id)

    async def _put(
        self,
        session: Session,
        fact: SessionFact | None = None,
        note: Note = silently,
        *,
        through: Write | None = None,
    ) -> Session:
        """On the disk first, then for everybody to see. What is no change is not told.

        `through` writes it together with something else.
        """
        if session == self._session:
            return session
        await notes.put(through or self._shop.store.write, session, note)
        now = self._session  # the place in the order and the folder are not ours
        session = evolve(session, order=now.order, folder=now.folder)
        self._shop.roster.put(session)
        self._shop.facts.publish(fact or Updated(session))
        return session

    async def _mint(self, along: Along = alone) -> Minted:
        session, auth = self._session, self._shop.auth
        return await auth.call(Auth.mint_for_session, session.id, session.user, along=along)

    async def _revoke(self, along: Along) -> None:
        await self._shop.auth.call(Auth.revoke_session, self._id, along=along)

    async def _run(self, session: Session, minted: Minted, note: Note = silently) -> Session:
        """The row before the wrapper is let go: were it lost after that, nobody would know it."""
        again = isinstance(session.state, Starting) and session.state.again
        running = await launch(self._shop, session, minted.secret.reveal(), again=again)
        await self._put(running, Restarted(running) if again else Created(running), note)
        await let_go(self._shop, running)
        self._launched_at = trio.current_time()
        self._follow()
        return running

    async def _give_up_start(self, why: str) -> None:
        await clear(self._shop, self._session)
        reason = f"it could not be started again: {why}"
        await self._put(transitions.lost(self._session, reason, now_ms()))

    async def _let_go_late(self) -> None:
        """The daemon that began it has ended at the last step, right before or right after."""
        try:
            await let_go(self._shop, self._session)
        except NotLaunched:
            await trio.to_thread.run_sync(homes.remove_go, self._shop.home(self._id))

    async def _record_later(self) -> None:
        await trio.sleep(RECORD_PAUSE)  # a back-off
        with suppress(Refused):  # it is just being stopped
            await self.ref.call(SessionActor.record)

    async def _keep_piped_after(self, pause: float) -> None:
        await trio.sleep(pause)  # a back-off: a pipe that breaks at once would mark gaps for ever
        with suppress(Refused):  # the sweep tries again
            await self.ref.call(SessionActor.keep_piped)

    def _follow(self) -> None:
        state = self._session.state
        if isinstance(state, Active | Suspended):
            self.spawn(self._wait_for_end, state.pane)

    async def _wait_for_end(self, pane: Pane) -> None:
        await wait_for_end(pane.pid, pane.born)
        await self.ref.call(SessionActor.note_end, pane)

    def _plan_restart(self, session: Session) -> None:
        state = session.state
        if isinstance(state, Exited):
            delay = delay_of_restart(session.restarts, state.exit, self._shop.settings)
            if delay is not None:
                self.spawn(self._restart_later, delay, state)

    async def _restart_later(self, delay: float, state: Exited) -> None:
        await trio.sleep(delay)  # a back-off
        try:
            await self.ref.call(SessionActor.restart, after=state)
        except Refused as problem:
            extra = {"session": self._id, "error": str(problem)}
            log.warning("session.not_restarted", extra=extra)


@asynccontextmanager
async def _telling_why(undo: Callable[[str], Awaitable[None]]) -> AsyncGenerator[None, None]:
    """As `whole_or_undone`; `undo` is told why."""
    why = "of an error of ours, which is in the log"
    async with whole_or_undone(lambda: undo(why)):
        try:
            yield
        except trio.Cancelled:
            why = "whoever asked for it did not wait for the end of it"
            raise
        except (Refused, OSError) as problem:
            why = str(problem)
            raise
