"""Plays a script on a tree, under a clock that never waits."""

import trio
import trio.testing

import actors

from .ledger import Fall, Ledger, Listener
from .plan import Look, Script, Step, Team, Worker, newcomers, places
from .players import Company
from .stagehand import Stagehand
from .statuses import nodes, statuses_that_lie
from .stuck import Stuck, abort_when_stuck, unshield_everything

REST = 40.0  # virtual seconds between the last step and the end of the tree
LIMIT = 400.0  # virtual seconds after that, by when all must be over


class Play:
    """One performance of a script."""

    def __init__(self, tree: Team, script: Script) -> None:
        self.company = Company()
        self.root = self.company.build_team(tree)
        self.stage = self.company.stage
        self.ledger = self.stage.ledger
        self.script = script
        self._lodgers = lodgers(tree, script)
        self._end = end_of(script)
        self.outside = trio.CancelScope()
        self.hand = Stagehand(self.company, self.outside)

    async def perform(self) -> None:
        limit = self._end + LIMIT
        trio.lowlevel.spawn_system_task(unshield_everything, limit + 1)
        before = trio.lowlevel.current_statistics().tasks_living
        with trio.move_on_at(limit) as waiting:
            async with trio.open_nursery() as nursery:
                for number, step in enumerate(self.script):
                    nursery.start_soon(self._do, f"step {number}", step)
                nursery.start_soon(self._close)
                await self._run()
        if waiting.cancelled_caught or trio.current_time() >= limit:
            self.ledger.complain("hung: not everything ended in time")
        left = trio.lowlevel.current_statistics().tasks_living - before
        if left > 0:
            self.ledger.complain(f"{left} tasks outlive the run")
        self._check_all_is_down()

    async def _run(self) -> None:
        self.ledger.outcome = "ended"
        with self.outside:
            try:
                await actors.run(self.root)
            except actors.GaveUp:
                self.ledger.outcome = "gave up"
            except (Fall, actors.Unavailable, ExceptionGroup):
                self.ledger.outcome = "fell"

    async def _do(self, sender: str, step: Step) -> None:
        await trio.sleep_until(step.at)
        for _ in range(step.checkpoints):
            await trio.lowlevel.checkpoint()
        self._look()
        if isinstance(step, Look):
            assert self.root.snapshot().render()
            assert self.root.snapshot().as_json()
        await self.hand.do(sender, step)
        self._look()

    async def _close(self) -> None:
        await trio.sleep_until(self._end)
        self._look()
        self.root.stop()

    def _look(self) -> None:
        for lie in statuses_that_lie(self.root.snapshot(), self.stage, self._lodgers):
            self.ledger.complain(lie)

    def _check_all_is_down(self) -> None:
        for node in nodes(self.root.snapshot()):
            self.ledger.restarts[node.name] = node.restarts
            if node.status != "down":
                self.ledger.complain(f"{node.name} is {node.status} after the end")
        for life in self.ledger.lives:
            if life.errands or life.state not in ("gone", "up"):
                self.ledger.complain(f"{life} goes on after the end")


def end_of(script: Script) -> float:
    """When the tree is stopped if nothing has ended it before."""
    return max([step.at for step in script], default=0) + REST


def lodgers(tree: Team, script: Script) -> set[str]:
    """The actors with a lifespan: they can tell when they end."""
    added = (below for _, place in newcomers(script) for below in places(place))
    everybody = [*places(tree), *added]
    return {p.name for p in everybody if isinstance(p, Worker) and p.enters is not None}


def play(tree: Team, script: Script, seed: int = 0) -> Ledger:
    """Play it and return what was seen; the seed decides who of two waiting tasks runs first."""
    reseed_trio(seed)
    performance = Play(tree, script)
    clock = trio.testing.MockClock(autojump_threshold=0)
    with Listener(performance.ledger), abort_when_stuck():
        try:
            trio.run(performance.perform, clock=clock)
        except (trio.TrioInternalError, Stuck) as error:
            performance.ledger.complaints.append(f"stuck: {error!r}, {error.__cause__!r}")
    return performance.ledger


def reseed_trio(seed: int) -> None:
    trio._core._run._r.seed(seed)  # pyright: ignore[reportPrivateUsage]
