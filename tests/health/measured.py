"""Everything that is measured, and what Prometheus' own parser makes of it."""

from collections.abc import Callable
from pathlib import Path

from attrs import define, field, frozen
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from actors import Node
from rdvd.bytelog import RecorderFacts, Recording
from rdvd.events import Events
from rdvd.ground.store import Store
from rdvd.ground.traffic import Traffic
from rdvd.health.lag import LoopLag
from rdvd.health.metrics import MetricSources, families, write
from rdvd.identity import Tally
from rdvd.limits import Guard
from rdvd.sessions import Roster
from rdvd.streams import Census
from rdvd.tmux import Tmux, TmuxSettings
from tests.bytelog.recorders import settings_in

LONELY = Node(
    name="rdvd", kind="supervisor", status="up", taken_at=0, since=0, restarts=0, last_crash=None
)


@frozen
class Written:
    """What a Prometheus server would have understood."""

    families: dict[str, Metric]

    def value(self, sample: str, **labels: str) -> float:
        (found,) = (
            each.value
            for family in self.families.values()
            for each in family.samples
            if each.name == sample and each.labels == labels
        )
        return found

    def buckets(self, family: str, **labels: str) -> dict[str, float]:
        return {
            each.labels["le"]: each.value
            for each in self.families[family].samples
            if each.name == f"{family}_bucket" and labels.items() <= each.labels.items()
        }


def read(text: str) -> Written:
    return Written({family.name: family for family in text_string_to_metric_families(text)})


def no_recorder() -> Recording:
    """The daemon's side of one that nobody has needed yet."""
    return Recording(settings_in(Path("/nowhere")))


@define
class House:
    store: Store
    traffic: Traffic
    guard: Guard
    lag: LoopLag
    snapshot: Callable[[], Node]
    tally: Tally = field(factory=Tally)
    census: Census = field(factory=Census)
    events: Events = field(factory=Events)
    tmux: Tmux = field(factory=lambda: Tmux(TmuxSettings(Path("/nowhere")), {}))
    recorder: RecorderFacts = field(factory=lambda: RecorderFacts(None))

    def sources(self) -> MetricSources:
        return MetricSources(
            self.store, self.tmux, self.traffic, self.guard, self.tally,
            self.snapshot, self.lag, self.census, self.events, no_recorder(), Roster(),
        )  # fmt: skip

    def written(self) -> Written:
        return read(write(families(self.sources(), self.recorder)))
