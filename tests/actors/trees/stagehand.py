"""Does the steps of a script."""

import math

import trio

from actors import CallCycle, Unavailable

from .ledger import Fall
from .plan import (
    Call,
    CancelOutside,
    Cast,
    Crash,
    CrashErrand,
    End,
    Hire,
    Hurry,
    StartChild,
    Step,
    Stop,
    StopChild,
)
from .players import Company, Order, Player


class Stagehand:
    """One for each play; every step has a task of its own, which is its sender."""

    def __init__(self, company: Company, outside: trio.CancelScope) -> None:
        self._company = company
        self._stage = company.stage
        self._outside = outside

    async def do(self, sender: str, step: Step) -> None:
        match step:
            case Call():
                await self._call(sender, step)
            case Cast():
                await self._cast(sender, step)
            case Hire():
                await self._company.ask(
                    sender, Order((step.name,), team=step.team, place=step.place)
                )
            case StartChild():
                await self._start(step)
            case StopChild():
                await self._stop(step.name)
            case _:
                self._do_at_once(sender, step)

    def _do_at_once(self, sender: str, step: Step) -> None:
        match step:
            case Crash(name):
                self._make_fall(sender, name, "crash")
            case End(name):
                self._make_fall(sender, name, "end")
            case CrashErrand(name):
                self._pull_lever(name, "crash")
            case Stop(name) if team := self._stage.teams.get(name):
                team.stop()
            case Hurry(name) if team := self._stage.teams.get(name):
                self._dismiss_all()
                team.hurry()
            case CancelOutside():
                self._outside.cancel()
            case _:
                pass

    def _make_fall(self, sender: str, name: str, ending: str) -> None:
        if name in self._company.refs:
            self._drop(sender, name, Order(ending=ending))
        else:
            self._pull_lever(name, ending)

    def _pull_lever(self, name: str, fate: str) -> None:
        life = self._stage.living.get(name)
        if life is None or life.state != "up" or not life.levers:
            return
        if name not in self._company.refs:
            life.fate = fate
        life.levers[0].cancel()

    def _drop(self, sender: str, name: str, order: Order) -> None:
        message = self._stage.ledger.message(sender, name, is_cast=True)
        try:
            self._company.refs[name].cast(Player.handle, message, order)
        except Unavailable:
            message.outcomes.append("Unavailable")
        else:
            message.outcomes.append("landed")

    async def _call(self, sender: str, step: Call) -> None:
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                if step.leaves is not None:
                    nursery.start_soon(leave, scope, step.leaves)
                if step.deadline is not None:
                    scope.deadline = trio.current_time() + step.deadline
                await self._company.ask(sender, Order(step.route, step.work, step.ending))
                nursery.cancel_scope.cancel()

    async def _cast(self, sender: str, step: Cast) -> None:
        if step.name in self._company.refs:
            for _ in range(step.count):
                self._drop(sender, step.name, Order((), step.work, step.ending))
            if step.calls:
                await self._company.ask(sender, Order((step.name,)))

    async def _start(self, step: StartChild) -> None:
        team = self._stage.teams.get(step.team)
        outcome = "left"
        if team is None or step.place.name in self._stage.children:
            return
        with trio.move_on_after(math.inf if step.leaves is None else step.leaves):
            try:
                await team.start_child(self._company.build(step.place))
                outcome = "started"
            except (Unavailable, Fall, ExceptionGroup) as error:
                outcome = type(error).__name__
        self._stage.ledger.wishes.append(outcome)

    async def _stop(self, name: str) -> None:
        child = self._stage.children.get(name)
        if child is None or child.parent is None:
            return
        parent = self._stage.teams[child.parent.name]
        self._dismiss(name)
        try:
            await parent.stop_child(child)
        except (Unavailable, CallCycle) as error:
            self._stage.ledger.wishes.append(type(error).__name__)

    def _dismiss(self, name: str) -> None:
        """From now on this place, and all below it, may end without its neighbours."""
        for other, child in self._stage.children.items():
            if name in [above.name for above in child.lineage()]:
                self._stage.dismissed.add(other)

    def _dismiss_all(self) -> None:
        self._stage.dismissed.update(self._stage.children)


async def leave(scope: trio.CancelScope, after: float) -> None:
    await trio.sleep(after)
    scope.cancel()
