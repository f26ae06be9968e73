"""All sessions that somebody watches: who owns their sizes, and making it so."""

import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any, NoReturn

import trio
from attrs import define, field

from actors import Unavailable
from rdvd.ground.errors import Problem
from rdvd.identity import SessionId
from rdvd.sessions import Front, Session, SessionActor, Size

from .stage import Stage

log = logging.getLogger("rdvd.terminal")

MOST_VIEWERS = 100  # of one session


@define(eq=False)
class Watched:
    stage: Stage
    is_settling: bool = False
    changed: trio.Event = field(factory=trio.Event)

    def tell(self) -> None:
        self.changed.set()
        self.changed = trio.Event()


class Stages:
    """A plain object for the views, and a task for the tree that carries their sizes to tmux."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._watched: dict[SessionId, Watched] = {}
        self._nursery: trio.Nursery | None = None

    @property
    def viewers(self) -> int:
        return sum(len(each.stage.viewers) for each in self._watched.values())

    async def serve(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        async with trio.open_nursery() as self._nursery:
            for session in self._watched:  # whoever joined while this task was down
                self._settle_soon(session)
            task_status.started()
            await stopping.wait()
            self._nursery.cancel_scope.cancel()

    def is_crowded(self, session: SessionId) -> bool:
        watched = self._watched.get(session)
        return watched is not None and len(watched.stage.viewers) >= MOST_VIEWERS

    @contextmanager
    def joined(
        self, session: Session, viewer: object, size: Size, *, may_own: bool
    ) -> Generator[None, None, None]:
        watched = self._watched.setdefault(session.id, Watched(Stage(session.size)))
        watched.stage.join(viewer, size, may_own=may_own)
        self._settle_soon(session.id)
        try:
            yield
        finally:
            watched.stage.leave(viewer)
            if not watched.stage.viewers:
                del self._watched[session.id]
            else:
                self._settle_soon(session.id)

    def resize(self, session: SessionId, viewer: object, size: Size) -> None:
        self._watched[session].stage.resize(viewer, size)
        self._settle_soon(session)

    def focus(self, session: SessionId, viewer: object, *, force: bool) -> None:
        self._watched[session].stage.focus(viewer, trio.current_time(), force=force)
        self._settle_soon(session)

    async def keep_told(
        self, session: SessionId, viewer: object, tell: Callable[[bool, Size], Awaitable[None]]
    ) -> NoReturn:
        """How it is now, then whenever it is different: whether it owns the size, and the size."""
        watched, told = self._watched[session], None
        while True:
            changed, stage = watched.changed, watched.stage
            state = (stage.primary == viewer, stage.session_size)
            if state != told:
                told = state
                await tell(*state)
            else:
                await changed.wait()

    def _settle_soon(self, session: SessionId) -> None:
        watched = self._watched[session]
        watched.tell()
        if self._nursery is not None and not watched.is_settling:
            watched.is_settling = True
            self._nursery.start_soon(self._settle, session, watched)

    async def _settle(self, session: SessionId, watched: Watched) -> None:
        """The latest wish wins: what came while tmux was busy is skipped."""
        stage = watched.stage
        try:
            while (wanted := stage.wanted) != stage.session_size and stage.viewers:
                actor = await self._front.actor(session)
                stage.session_size = (await actor.call(SessionActor.resize, wanted)).size
                watched.tell()
        except (Problem, Unavailable) as error:
            log.warning("not_resized", extra={"session": session, "reason": str(error)})
        finally:
            watched.is_settling = False
