"""All sessions: who is there, in which order, and an actor for each that is not closed."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TypeAlias

import trio
from attrs import define, evolve, field

from actors import Actor, ActorChild, Lagged, Ref, Refused, Supervisor, Unavailable, actor, every
from rdvd.bytelog import is_piped
from rdvd.ground.errors import BadInput, Conflict, Problem
from rdvd.identity import SessionId, UserId

from . import storage, transitions
from .actor import SessionActor
from .orders import session_of
from .orphans import Orphan, end_leftovers, take_in
from .processes import is_alive
from .prompt import Prompt
from .remains import Remains
from .restoring import begin_anew
from .roster import GONE
from .shop import Shop
from .types import Active, Created, Lost, Order, Session, Suspended, Updated, status_of

log = logging.getLogger("rdvd.sessions")

SWEEP_SECONDS = 30.0
GRACE = 20.0
BUFFER = 4_096
PROMPT_GRACE = 1.0


Actors: TypeAlias = dict[SessionId, Ref[SessionActor]]
Prompts: TypeAlias = dict[SessionId, ActorChild[Prompt]]


@define(eq=False)
class Rooms:
    """Who lives in the nest, for a registry that falls and must find them again: the actor of each
    session that is not closed, and the prompts at which commands wait."""

    sessions: Actors = field(factory=Actors)
    prompts: Prompts = field(factory=Prompts)

    def forget_all_but(self, names: set[str]) -> None:
        """These are the names of those who still have a place."""
        for id in [id for id in self.sessions if id not in names]:
            del self.sessions[id]
        for id in [id for id in self.prompts if prompt_name(id) not in names]:
            del self.prompts[id]


def prompt_name(id: SessionId) -> str:
    return f"{id} prompt"


class Sessions(Actor):
    """`nest` is the supervisor in which the actors of single sessions live.

    It never waits for what a session does, and no session ever calls it.
    """

    def __init__(self, shop: Shop, nest: Supervisor, rooms: Rooms) -> None:
        self._shop = shop
        self._nest = nest
        self._rooms = rooms

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        """Adopt what lives: nobody is let in before every session knows what has become of it."""
        self._forget_fallen()
        fresh = [each for each in await self._load() if each.id not in self._rooms.sessions]
        for session in fresh:
            await self._house(session)
        fallen = await self._settle(fresh)
        await Remains(self._shop).adopt()
        if self._shop.settings.restores:
            self.spawn(self._restore, fallen)
        self.spawn(self._sweep)
        self.spawn(self._watch_pipes)
        yield

    async def open(self, id: SessionId, order: Order) -> Ref[SessionActor]:
        """Room for a session that is about to begin."""
        roster, most = self._shop.roster, self._shop.settings.most_sessions
        if sum(status_of(each.state) not in GONE for each in roster.all()) >= most:
            raise Conflict("there are too many sessions: close some", code="TOO_MANY_SESSIONS")
        session = session_of(id, order, roster.next_order(order.user), self._shop.settings)
        roster.put(session)
        try:
            return await self._house(session)
        except Refused:
            roster.remove(id)
            raise

    async def take_in(self, orphan: Orphan, user: UserId) -> Session:
        """A tmux session that is there already becomes one of ours."""
        position = self._shop.roster.next_order(user)
        session = await take_in(self._shop, orphan, user, position)
        await self._shop.store.write(storage.put, session)
        self._shop.roster.put(session)
        await self._house(session)
        self._shop.facts.publish(Created(session))
        return session

    async def find(self, id: SessionId) -> Ref[SessionActor]:
        """The actor of a session; a refusal if it is closed, or was never there."""
        session = self._shop.roster.get(id)
        if id not in self._rooms.sessions or status_of(session.state) in GONE:
            raise transitions.SessionOver(f"the session is {status_of(session.state)}")
        return self._rooms.sessions[id]

    async def prompt(self, id: SessionId) -> Ref[Prompt]:
        """Where commands wait for their turn; made for the first of them."""
        transitions.living(self._shop.roster.get(id))
        if id not in self._rooms.prompts:
            place = actor(prompt_name(id), partial(Prompt, self._shop, id), grace=PROMPT_GRACE)
            await self._nest.start_child(place)
            self._rooms.prompts[id] = place
        return self._rooms.prompts[id].ref

    async def reorder(self, user: UserId, ids: Sequence[SessionId]) -> None:
        """These first and in this order, the others after them as they were."""
        own = {each.id: each for each in self._shop.roster.of(user)}
        unknown = [id for id in ids if id not in own]
        if unknown:
            raise BadInput(f"you have no session {unknown[0][:100]}", code="UNKNOWN_SESSION")
        if len(set(ids)) < len(ids):
            raise BadInput("a session is named twice")
        wanted = [*ids, *(id for id in own if id not in set(ids))]
        moved = [(id, at) for at, id in enumerate(wanted) if own[id].order != at]
        await self._shop.store.write(storage.arrange, moved)
        for id, at in moved:
            with suppress(Refused):  # one that has vanished meanwhile
                session = evolve(self._shop.roster.get(id), order=at)
                self._shop.roster.put(session)
                self._shop.facts.publish(Updated(session))

    async def _load(self) -> list[Session]:
        """Whoever has an actor is known better to that one. Returns those who need one."""
        last, found = "", list[Session]()
        while page := await self._shop.store.read(storage.page_after, last):
            for session in page:
                if session.id not in self._rooms.sessions:
                    self._shop.roster.put(session)
                    found.append(session)
            last = page[-1].id
        return [session for session in found if status_of(session.state) not in GONE]

    def _forget_fallen(self) -> None:
        """Rooms outlast us, and the nest outlasts us or not."""
        self._rooms.forget_all_but({child.name for child in self._nest.snapshot().children})

    async def _house(self, session: Session) -> Ref[SessionActor]:
        factory = partial(SessionActor, self._shop, session.id)
        place = actor(session.id, factory, restart="transient", grace=GRACE)
        self._rooms.sessions[session.id] = await self._nest.start_child(place)
        return self._rooms.sessions[session.id]

    async def _settle(self, sessions: Sequence[Session]) -> list[SessionId]:
        """All at once. Returns those that were running when we left and are lost now."""
        fallen: list[SessionId] = []

        async def settle(session: Session) -> None:
            try:
                after = await self._rooms.sessions[session.id].call(SessionActor.settle)
            except Refused as problem:  # one that cannot keeps nobody else from coming up
                extra = {"session": session.id, "error": str(problem)}
                log.error("session.not_settled", extra=extra)
                return
            if isinstance(session.state, Active | Suspended) and isinstance(after.state, Lost):
                fallen.append(session.id)

        async with trio.open_nursery() as nursery:
            for session in sessions:
                nursery.start_soon(settle, session)
        return fallen

    async def _restore(self, fallen: Sequence[SessionId]) -> None:
        async def restart(id: SessionId) -> Session:
            return await self._rooms.sessions[id].call(SessionActor.restart)

        for id, found in (await begin_anew(fallen, restart)).items():
            if isinstance(found, Refused):
                log.warning("session.not_restored", extra={"session": id, "error": str(found)})

    async def _sweep(self) -> None:
        """A net under the descriptors that tell of every end."""
        async for _ in every(SWEEP_SECONDS):
            await self._stop_prompts()
            with suppress(Problem):  # tmux or the recorder does not answer this time
                await end_leftovers(self._shop)
            for session in self._shop.roster.all():
                room, state = self._rooms.sessions.get(session.id), session.state
                if room is None or not isinstance(state, Active | Suspended):
                    continue
                if not is_alive(state.pane.pid, state.pane.born):
                    with suppress(Unavailable):  # it is busy, or has just been closed
                        room.cast(SessionActor.note_end, state.pane)
                elif not is_piped(self._shop.home(session.id).path):
                    self._keep_piped(session.id)

    async def _watch_pipes(self) -> None:
        """Whose output does not reach the recorder any more is piped again at once."""
        while True:
            with self._shop.recording.unpiped.subscribe(BUFFER) as news, suppress(Lagged):
                async for each in news:
                    self._keep_piped(SessionId(each.session))

    def _keep_piped(self, id: SessionId) -> None:
        room = self._rooms.sessions.get(id)
        if room is not None:
            with suppress(Unavailable):  # it has just been closed, and its pipe with it
                room.cast(SessionActor.keep_piped)

    async def _stop_prompts(self) -> None:
        """Those of sessions in which nothing can be run any more."""
        alive = {each.id for each in self._shop.roster.all() if status_of(each.state) not in GONE}
        for id in [id for id in self._rooms.prompts if id not in alive]:
            await self._nest.stop_child(self._rooms.prompts.pop(id))
