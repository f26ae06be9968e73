"""Where everybody else meets sessions: the routes, the terminals, the agents, the command line."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import trio
from attrs import frozen

from actors import Ref, Refused
from rdvd.ground.errors import BadInput, Problem
from rdvd.ground.ids import new_id
from rdvd.ground.whole import whole_or_undone
from rdvd.identity import SessionId, UserId
from rdvd.preferences import Defaults, resolve

from . import checks, transitions, trees
from .actor import SessionActor
from .expecting import Step, StepOutcome, expect
from .furnishing import blamed, furnish
from .notes import Note, silently
from .orphans import find_orphan
from .prompt import Outcome, Prompt
from .registry import Sessions
from .remains import Remains, part_of
from .restoring import begin_anew
from .roster import GONE
from .shop import Shop
from .transitions import SessionOver
from .types import Left, Lost, Order, Session, State, status_of


class NotYetDone(Problem):
    """The command runs, or waits for its turn at the prompt."""

    status = 504
    title = "Not done in time"
    code = "EXEC_TIMEOUT"


@frozen
class Target:
    """Where a viewer attaches: a socket, and the name of a tmux session there."""

    socket: Path
    name: str
    state: State


@frozen
class Front:
    """Reading is from memory and waits for nobody; acting is in turn with all that happens to the
    same session, and waits for nothing that happens to others."""

    shop: Shop
    registry: Ref[Sessions]

    def get(self, id: SessionId) -> Session:
        return self.shop.roster.get(id)

    def find(self, word: str, user: UserId | None) -> Session:
        return self.shop.roster.find(word, user)

    def of(self, user: UserId | None) -> list[Session]:
        return self.shop.roster.of(user)

    def printed_at(self, id: SessionId) -> int | None:
        return self.shop.recording.printed_at(id)

    async def create(self, order: Order, note: Note = silently) -> Session:
        """All of it or nothing, also for a caller that is cancelled in the middle."""
        order, id = await self._furnished(order), SessionId(new_id())
        async with trees.standing(self.shop, id, order) as order:
            return await self._begin(id, order, note)

    async def _begin(self, id: SessionId, order: Order, note: Note) -> Session:
        async with whole_or_undone(partial(self._discard, id)):
            actor = await self.registry.call(Sessions.open, id, order)
            return await actor.call(SessionActor.begin, note)

    async def _furnished(self, order: Order) -> Order:
        """With what its user prefers for the folder that it is in."""
        settings = self.shop.settings
        defaults = Defaults(str(settings.start_directory), settings.shell, 0)
        preferred = await self.shop.store.read(resolve, defaults, order.user, order.folder)
        furnished = furnish(order, preferred, settings.shell)
        checks.check_order(furnished)
        if furnished.directory is not None:
            try:
                await trio.to_thread.run_sync(checks.check_directory, furnished.directory)
            except BadInput as problem:
                raise problem if order.directory else blamed(problem, preferred) from problem
        return furnished

    async def actor(self, id: SessionId) -> Ref[SessionActor]:
        return await self.registry.call(Sessions.find, id)

    async def change(self, id: SessionId, change: Callable[[Session], Session]) -> Session:
        return await (await self.actor(id)).call(SessionActor.change, change)

    async def close(self, id: SessionId, note: Note = silently) -> Left:
        return await (await self.actor(id)).call(SessionActor.close, note)

    async def trash(self, id: SessionId) -> Session:
        """What is not closed yet is closed first, if there is room for what it leaves."""
        session = self.get(id)
        if status_of(session.state) not in GONE:
            await self.shop.trash.ask_for_room(part_of(self.shop, session).staying)
        with suppress(SessionOver):
            await self.close(id)
        return await Remains(self.shop).throw_away(id)

    async def untrash(self, id: SessionId) -> Session:
        return await Remains(self.shop).take_out(id)

    async def reorder(self, user: UserId, ids: Sequence[SessionId]) -> None:
        await self.registry.call(Sessions.reorder, user, ids)

    async def restore(self, user: UserId | None) -> tuple[list[Session], dict[SessionId, str]]:
        """Begin all that were lost anew: those that live again, and why others do not."""
        lost = [each.id for each in self.of(user) if isinstance(each.state, Lost)]
        found = await begin_anew(lost, self._begin_anew)
        alive = [each for each in found.values() if isinstance(each, Session)]
        failed = {id: str(each) for id, each in found.items() if isinstance(each, Refused)}
        return alive, failed

    async def _begin_anew(self, id: SessionId) -> Session:
        return await (await self.actor(id)).call(SessionActor.restart)

    async def run(self, id: SessionId, command: str, seconds: float, most: int) -> Outcome:
        """Run it at the prompt. What takes too long goes on, and nobody waits for it any more."""
        prompt = await self.registry.call(Sessions.prompt, id)
        with trio.move_on_after(seconds):
            return await prompt.call(Prompt.run, command, most)
        raise NotYetDone(f"not done after {seconds:g} s; the command is left running")

    async def expect(self, id: SessionId, steps: Sequence[Step]) -> list[StepOutcome]:
        actor = await self.actor(id)
        transitions.living(self.get(id))

        async def reply(step: Step) -> None:
            await actor.call(SessionActor.paste, step.reply or "", enter=step.enter)

        return await expect(self.shop, id, steps, reply)

    async def adopt(self, server: int, name: str, user: UserId) -> Session:
        orphan = await find_orphan(self.shop, server, name)
        return await self.registry.call(Sessions.take_in, orphan, user)

    def attach_target(self, id: SessionId) -> Target:
        """Refuses a session that has nothing to show."""
        session = self.get(id)
        pane = transitions.shown(session)
        socket = self.shop.tmux.settings.socket(pane.server)
        return Target(socket, session.tmux_name, session.state)

    async def _discard(self, id: SessionId) -> None:
        with suppress(Refused):  # it has cleared away itself, or was never opened
            actor = await self.actor(id)
            await actor.call(SessionActor.discard)
