"""The actors and tasks of a random tree: they do what a plan says, and tell the stage."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import trio
from attrs import frozen

from actors import Actor, CallCycle, Child, Ref, Refused, Supervisor, Unavailable, actor, task

from .ledger import Fall, Lived, Message
from .plan import Place, Service, Team, Worker
from .stage import Stage


@frozen
class Order:
    """What a handler has to do: work, call the rest of the route, and end in some way."""

    route: tuple[str, ...] = ()
    work: float = 0
    ending: str = "value"
    team: str = ""
    place: Place | None = None


class Player(Actor):
    """An actor without a lifespan."""

    def __init__(self, company: "Company", plan: Worker) -> None:
        self.company = company
        self.stage = company.stage
        self.plan = plan
        self.own = company.stage.begin_life(plan.name)

    async def handle(self, message: Message, order: Order) -> int:
        with self.stage.handling(self.own, message):
            if order.work:
                await trio.sleep(order.work)
            if order.route:
                await self._pass_on(order)
            elif order.place is not None:
                await self._hire(order.team, order.place)
            else:
                self._end(order.ending)
        return message.number

    async def _pass_on(self, order: Order) -> None:
        outcome = await self.company.ask(self.plan.name, order)
        if outcome not in ("value", "CallCycle"):
            raise Refused(outcome)

    async def _hire(self, team: str, place: Place) -> None:
        """Start a child; where there is one of that name already, end it instead."""
        child = self.stage.children.get(place.name)
        supervisor = self.stage.teams[team]
        with suppress(Unavailable, ValueError, Fall, CallCycle):
            if child is None:
                await supervisor.start_child(self.company.build(place))
            else:
                self.stage.dismissed.add(place.name)
                await supervisor.stop_child(child)

    def _end(self, ending: str) -> None:
        match ending:
            case "crash":
                self.own.fate = "crash"
                raise Fall(f"{self.plan.name} fell")
            case "refuse":
                raise Refused(f"{self.plan.name} refuses")
            case "end":
                self.own.fate = "end"
                self.stop()
            case "spawn":
                self.spawn(run_errand, self.own)
            case _:
                pass


class Lodger(Player):
    """An actor with a lifespan."""

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        try:
            await self._move_in()
            self.stage.note("up", self.own, "up")
            try:
                yield
            finally:
                self.stage.note_leave(self.own)
                await self._move_out()
        finally:
            self.stage.note("gone", self.own, "gone")

    async def _move_in(self) -> None:
        for _ in range(self.plan.errands):
            self.spawn(run_errand, self.own)
        if self.plan.enters:
            await trio.sleep(self.plan.enters)
        for name in self.plan.greets:
            await self.company.ask(self.plan.name, Order((name,)))
        if self.own.number in self.plan.fails:
            self.own.fate = "failed"
            raise Fall(f"{self.plan.name} failed to start")

    async def _move_out(self) -> None:
        for name in self.plan.thanks:
            await self.company.ask(self.plan.name, Order((name,)))
        if self.plan.leaves:
            await trio.sleep(self.plan.leaves)
        if self.plan.falls_leaving:
            raise Fall(f"{self.plan.name} fell while it left")


async def run_errand(own: Lived) -> None:
    own.errands += 1
    try:
        with trio.CancelScope() as lever:
            own.levers.append(lever)
            await trio.sleep_forever()
        own.fate = "errand"
        raise Fall(f"an errand of {own.name} fell")
    finally:
        own.errands -= 1


class Attendant:
    """What a task runs: it waits for its end, by its supervisor or by the script."""

    def __init__(self, stage: Stage, plan: Service) -> None:
        self._stage = stage
        self._plan = plan

    async def serve(self, *, stopping: trio.Event, task_status: trio.TaskStatus[None]) -> None:
        own = self._stage.begin_life(self._plan.name)
        try:
            await self._prepare(own)
            task_status.started()
            self._stage.note("up", own, "up")
            try:
                await self._attend(own, stopping)
            finally:
                self._stage.note("leave", own, "leaving")
            await self._linger(own)
        finally:
            self._stage.note("gone", own, "gone")

    async def _prepare(self, own: Lived) -> None:
        await trio.sleep(self._plan.readies)
        if own.number in self._plan.fails:
            own.fate = "failed"
            raise Fall(f"{self._plan.name} failed to start")

    async def _attend(self, own: Lived, stopping: trio.Event) -> None:
        with trio.CancelScope() as lever:
            own.levers.append(lever)
            await stopping.wait()
        if lever.cancelled_caught and own.fate == "crash":
            raise Fall(f"{own.name} fell")

    async def _linger(self, own: Lived) -> None:
        if own.fate is None:
            await trio.sleep(self._plan.lingers)


class Company:
    """Makes places of plans, and lets players talk to each other."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.refs: dict[str, Ref[Player]] = {}

    def build(self, place: Place) -> Child:
        child = self.stage.children[place.name] = self._make(place)
        return child

    def _make(self, place: Place) -> Child:
        match place:
            case Team():
                return self.build_team(place)
            case Service():
                serve = Attendant(self.stage, place).serve
                return task(place.name, serve, restart=place.restart, grace=place.grace)
            case Worker():
                return self._make_worker(place)

    def build_team(self, plan: Team) -> Supervisor:
        team = Supervisor(
            plan.name,
            *map(self.build, plan.children),
            strategy=plan.strategy,
            patience=plan.patience,
            restart=plan.restart,
        )
        self.stage.children[plan.name] = self.stage.teams[plan.name] = team
        return team

    def _make_worker(self, plan: Worker) -> Child:
        child = actor(
            plan.name,
            lambda: self._play(plan),
            restart=plan.restart,
            grace=plan.grace,
            capacity=plan.capacity,
        )
        self.refs[plan.name] = child.ref
        return child

    def _play(self, plan: Worker) -> Player:
        if plan.enters is not None:
            return Lodger(self, plan)
        player = Player(self, plan)
        if player.own.number in plan.fails:
            player.own.fate = "failed"
            self.stage.note("gone", player.own, "gone")
            raise Fall(f"{plan.name} could not be built")
        self.stage.note("up", player.own, "up")
        return player

    async def ask(self, sender: str, order: Order) -> str:
        """Call the first of the route and write down how that ended."""
        name, *rest = order.route
        if name not in self.refs:
            return "value"
        message = self.stage.ledger.message(sender, name, is_cast=False)
        onward = Order(tuple(rest), order.work, order.ending, order.team, order.place)
        try:
            answer = await self.refs[name].call(Player.handle, message, onward)
        except trio.Cancelled:
            message.outcomes.append("left")
            raise
        except (Unavailable, Refused, CallCycle) as error:
            message.outcomes.append(type(error).__name__)
        else:
            right = answer == message.number
            message.outcomes.append("value" if right else "another call's answer")
        return message.outcomes[-1]
