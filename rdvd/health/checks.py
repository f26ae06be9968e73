"""Asking the parts of the daemon how they are. No part can make the answer wait for long."""

from collections.abc import Callable

import trio
from attrs import frozen

from actors import Node, Unavailable
from rdvd import VERSION
from rdvd.bytelog import Recording
from rdvd.ground.errors import Problem
from rdvd.ground.footing import Footing
from rdvd.ground.store import Store, StoreFacts
from rdvd.ground.traffic import Traffic
from rdvd.sessions import LIVING, Roster
from rdvd.streams import Census
from rdvd.tmux import Tmux

from .types import Components, Health, Metrics

LONGEST_CHECK = 2.0


@frozen
class Finding:
    """Whether something is well, and if not, why."""

    reason: str | None

    @property
    def is_well(self) -> bool:
        return self.reason is None


class Checks:
    """Everything that health is made of, handed in."""

    def __init__(
        self,
        store: Store,
        tmux: Tmux,
        traffic: Traffic,
        census: Census,
        snapshot: Callable[[], Node],
        recording: Recording,
        roster: Roster,
        footing: Footing,
        shortage: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._store = store
        self._tmux = tmux
        self._traffic = traffic
        self._census = census
        self._snapshot = snapshot
        self._recording = recording
        self._roster = roster
        self._footing = footing
        self._shortage = shortage
        self._started = trio.current_time()

    async def health(self, *, with_tree: bool) -> Health:
        database, of_tmux, tree = await self.database(), await self._tmux.check(), self._snapshot()
        found = database, await self.recorder()
        reasons = [finding.reason for finding in found if finding.reason is not None]
        reasons += [*of_tmux, *self._footing.troubles(), *filter(None, [self._shortage()])]
        reasons += [f"{path} is {status}" for path, status in not_up(tree)]
        requests = max(0, self._traffic.in_flight - 1)  # this one aside
        return Health(
            status="degraded" if reasons else "healthy",
            version=VERSION,
            uptime_seconds=int(trio.current_time() - self._started),
            components=Components(database.is_well, not of_tmux),
            metrics=Metrics(self._roster.count(*LIVING), self._census.total, requests),
            reasons=tuple(reasons),
            tree=tree.as_json() if with_tree else None,
        )

    async def database(self) -> Finding:
        """A round trip through the writer and a reader."""
        with trio.move_on_after(LONGEST_CHECK):
            try:
                await self._store.ping()
            except (Problem, Unavailable) as error:
                return Finding(f"the database: {error}")
            return judge_integrity(self._store.facts())
        return Finding(f"the database did not answer within {LONGEST_CHECK:g} s")

    async def recorder(self) -> Finding:
        """Whether what panes print comes to the disk. Before the first session nobody has to."""
        facts = await self._recording.facts()
        return Finding(f"the recorder: {facts.trouble}" if facts.trouble else None)


def judge_integrity(facts: StoreFacts) -> Finding:
    if not facts.is_damaged:
        return Finding(None)
    hint = "stop the daemon and put a backup in its place: rdv restore FILE"
    return Finding(f"the database: integrity {facts.integrity}; {hint}")


def not_up(node: Node, above: str = "") -> list[tuple[str, str]]:
    """Every place that should be up and is not."""
    path = f"{above}/{node.name}" if above else node.name
    below = [each for child in node.children for each in not_up(child, path)]
    return below if node.status == "up" else [(path, node.status), *below]
