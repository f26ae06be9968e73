"""Asking the parts of the daemon how they are. No part can make the answer wait for long."""

import re
from collections.abc import Callable

import trio
from attrs import frozen

from actors import Node, Unavailable
from rdvd import VERSION
from rdvd.bytelog import Recording
from rdvd.ground.errors import Problem
from rdvd.ground.store import Store
from rdvd.ground.traffic import Traffic
from rdvd.streams import Census

from .types import Components, Health, Metrics

LONGEST_CHECK = 2.0
OLDEST_TMUX = (3, 2)
BELIEVED_SECONDS = 30.0  # a program does not come and go with every request


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
        traffic: Traffic,
        census: Census,
        snapshot: Callable[[], Node],
        recording: Recording,
    ) -> None:
        self._store = store
        self._traffic = traffic
        self._census = census
        self._snapshot = snapshot
        self._recording = recording
        self._started = trio.current_time()
        self._tmux: tuple[float, Finding] | None = None

    async def health(self, *, with_tree: bool) -> Health:
        database, tmux, tree = await self.database(), await self.tmux(), self._snapshot()
        found = database, tmux, await self.recorder()
        reasons = [finding.reason for finding in found if finding.reason is not None]
        reasons += [f"{path} is {status}" for path, status in not_up(tree)]
        requests = max(0, self._traffic.in_flight - 1)  # this one aside
        return Health(
            status="degraded" if reasons else "healthy",
            version=VERSION,
            uptime_seconds=int(trio.current_time() - self._started),
            components=Components(database.is_well, tmux.is_well),
            metrics=Metrics(0, self._census.total, requests),
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
            integrity = self._store.facts().integrity
            is_well = integrity in ("ok", "unchecked")
            return Finding(None if is_well else f"the database: integrity {integrity}")
        return Finding(f"the database did not answer within {LONGEST_CHECK:g} s")

    async def recorder(self) -> Finding:
        """Whether what panes print comes to the disk. Before the first session nobody has to."""
        facts = await self._recording.facts()
        return Finding(f"the recorder: {facts.trouble}" if facts.trouble else None)

    async def tmux(self) -> Finding:
        """Whether there is a tmux that we can work with."""
        now = trio.current_time()
        if self._tmux is None or now - self._tmux[0] > BELIEVED_SECONDS:
            self._tmux = (now, await _ask_tmux())
        return self._tmux[1]


async def _ask_tmux() -> Finding:
    with trio.move_on_after(LONGEST_CHECK):
        try:
            done = await trio.run_process(["tmux", "-V"], capture_stdout=True, check=False)
        except OSError as error:
            return Finding(f"tmux cannot be run: {error.strerror}")
        return judge_tmux(done.stdout.decode(errors="replace"))
    return Finding(f"tmux did not answer within {LONGEST_CHECK:g} s")


def judge_tmux(said: str) -> Finding:
    """From what `tmux -V` printed, such as `tmux 3.3a` or `tmux next-3.5`."""
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None:
        return Finding(f"tmux has no version we know: {said.strip()!r}")
    if (int(found[1]), int(found[2])) < OLDEST_TMUX:
        return Finding(f"{said.strip()} is too old: {'.'.join(map(str, OLDEST_TMUX))} is needed")
    return Finding(None)


def not_up(node: Node, above: str = "") -> list[tuple[str, str]]:
    """Every place that should be up and is not."""
    path = f"{above}/{node.name}" if above else node.name
    below = [each for child in node.children for each in not_up(child, path)]
    return below if node.status == "up" else [(path, node.status), *below]
