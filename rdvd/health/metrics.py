"""How the daemon is, in figures: `GET /metrics` in Prometheus' text format 0.0.4.

What each family means is also in docs/metrics.md; a test holds the two together.
"""

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from actors import Node
from rdvd import VERSION
from rdvd.bytelog import RecorderFacts, Recording
from rdvd.events import Events
from rdvd.ground.answers import Text
from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Latency, Store, StoreFacts
from rdvd.ground.traffic import BOUNDS, Latencies, Traffic
from rdvd.identity import Tally
from rdvd.limits import Guard
from rdvd.sessions import STATUSES, Roster
from rdvd.streams import Census
from rdvd.tmux import Condition, Tmux, TmuxFacts

from .lag import LoopLag

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PAGE = os.sysconf("SC_PAGE_SIZE")

Kind = Literal["counter", "gauge", "histogram"]
Labels = Mapping[str, str]
CONDITIONS: tuple[Condition, ...] = ("ready", "connecting", "silent", "absent")


@frozen
class MetricSources:
    """Everything that the metrics are made of, handed in."""

    store: Store
    tmux: Tmux
    traffic: Traffic
    guard: Guard
    tally: Tally
    snapshot: Callable[[], Node]
    lag: LoopLag
    census: Census
    events: Events
    recording: Recording
    roster: Roster
    waiting: Callable[[], int] = lambda: 0
    started: float = field(factory=time.monotonic)


@frozen
class Sample:
    value: float
    labels: Labels = field(factory=dict[str, str])
    suffix: str = ""  # of the family's name: what of a histogram it is


@frozen
class Family:
    """Figures of one meaning. Counters begin anew with the process, as Prometheus expects."""

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]


def metrics_routes(sources: MetricSources) -> Routes:
    routes = Routes()

    @routes.route(
        "GET", "/metrics", "The daemon in figures, for Prometheus", response_type="text/plain"
    )
    async def metrics(_: Request[Any]) -> Text:
        return Text(write(families(sources, await sources.recording.facts())), CONTENT_TYPE)

    return routes


def families(sources: MetricSources, recorder: RecorderFacts) -> list[Family]:
    """All of them, whether there is something to tell or not."""
    return [
        *_of_process(sources),
        *_of_tree(sources.snapshot()),
        *_of_traffic(sources.traffic),
        *_of_store(sources.store.facts()),
        *_of_tmux(sources.tmux.facts()),
        *_of_limits(sources.guard),
        *_of_tally(sources.tally),
        *_of_streams(sources.census),
        *_of_events(sources.events),
        *_of_recorder(recorder),
        *_of_sessions(sources.roster),
        _gauge("rdvd_trash_waiting", "Entries that only the date makes old.", sources.waiting()),
    ]


def _of_sessions(roster: Roster) -> Iterator[Family]:
    samples = (Sample(roster.count(status), {"status": status}) for status in STATUSES)
    yield Family("rdvd_sessions", "gauge", "Sessions by status.", tuple(samples))
    restarts = sum(each.restarts.count for each in roster.all())
    text = "How often the commands of all sessions were begun again."
    yield _gauge("rdvd_session_restarts", text, restarts)


def _of_process(sources: MetricSources) -> Iterator[Family]:
    uptime, lag = time.monotonic() - sources.started, sources.lag
    build = (Sample(1, {"version": VERSION}),)
    yield Family("rdvd_build_info", "gauge", "Always 1; which version runs.", build)
    yield _gauge("rdvd_uptime_seconds", "How long the process has run.", uptime)
    yield _counter("process_cpu_seconds_total", "Processor time spent.", time.process_time())
    yield _gauge("process_resident_memory_bytes", "Memory in use, RSS.", _resident_bytes())
    yield _gauge("process_open_fds", "Open file descriptors.", _open_descriptors())
    yield _gauge("rdvd_loop_lag_seconds", "How late the event loop woke up last.", lag.last)
    text = "The latest that the event loop woke up in the last minute."
    yield _gauge("rdvd_loop_lag_max_seconds", text, lag.longest)


def _of_tree(root: Node) -> Iterator[Family]:
    places = [({"place": path}, node) for path, node in _places(root)]

    def by_place(name: str, kind: Kind, text: str, figure: Callable[[Node], int | None]) -> Family:
        found = ((labels, figure(node)) for labels, node in places)
        samples = (Sample(value, labels) for labels, value in found if value is not None)
        return Family(name, kind, text, tuple(samples))

    yield by_place("rdvd_restarts_total", "counter", "Restarts of a place.", lambda n: n.restarts)
    text = "Messages that an actor has handled."
    yield by_place("rdvd_handled_total", "counter", text, lambda n: n.handled)
    text = "Messages that wait for an actor."
    yield by_place("rdvd_mailbox_depth", "gauge", text, lambda n: n.queued)
    text = "Messages that may wait for an actor."
    yield by_place("rdvd_mailbox_capacity", "gauge", text, lambda n: n.capacity)


def _places(node: Node, above: str = "") -> Iterator[tuple[str, Node]]:
    path = f"{above}/{node.name}" if above else node.name
    yield path, node
    for child in node.children:
        yield from _places(child, path)


def _of_traffic(traffic: Traffic) -> Iterator[Family]:
    text = "Requests that are being answered, this one aside."
    yield _gauge("rdvd_http_requests_in_flight", text, max(0, traffic.in_flight - 1))
    samples = (
        sample
        for series, latencies in traffic.latencies.items()
        for sample in _histogram(
            cumulative(latencies), {"route": series.route, "status": str(series.status)}
        )
    )
    text = 'How long requests took; the route "" is none of ours.'
    yield Family("rdvd_http_request_duration_seconds", "histogram", text, tuple(samples))


def _of_store(facts: StoreFacts) -> Iterator[Family]:
    yield _counter("rdvd_store_commits_total", "Transactions committed.", facts.commits)
    yield _counter("rdvd_store_jobs_total", "Writes in these transactions.", facts.jobs)
    yield _gauge("rdvd_store_queue", "Writes that wait for the writer.", facts.queued)
    samples = tuple(_histogram(facts.commit_latency, {}))
    text = "How long transactions took to reach the disk."
    yield Family("rdvd_store_commit_duration_seconds", "histogram", text, samples)
    yield _gauge("rdvd_store_wal_bytes", "Size of the write-ahead log.", facts.wal_bytes)
    yield _gauge("rdvd_store_database_bytes", "Size of the database.", facts.database_bytes)


def _of_tmux(facts: TmuxFacts) -> Iterator[Family]:
    outcomes = (Sample(count, {"outcome": name}) for name, count in facts.outcomes.items())
    text = "Commands to tmux, by what came of them."
    yield Family("rdvd_tmux_commands_total", "counter", text, tuple(outcomes))
    samples = tuple(_histogram(cumulative(facts.latency), {}))
    text = "How long callers waited for what they had asked of tmux at once."
    yield Family("rdvd_tmux_command_duration_seconds", "histogram", text, samples)
    text = "Commands that wait for tmux, or for its answer."
    yield _gauge("rdvd_tmux_queue", text, facts.queued)
    text = "Connections to tmux that broke."
    yield _counter("rdvd_tmux_reconnects_total", text, facts.reconnects)
    conditions = Counter(server.condition for server in facts.servers)
    servers = (Sample(conditions[name], {"condition": name}) for name in CONDITIONS)
    text = "Servers of tmux, by how they are."
    yield Family("rdvd_tmux_servers", "gauge", text, tuple(servers))
    yield _gauge("rdvd_tmux_sessions", "Sessions in all servers of ours.", facts.sessions)


def _of_limits(guard: Guard) -> Iterator[Family]:
    samples = (Sample(count, {"category": name}) for name, count in guard.rejections.items())
    text = "Requests refused because there were too many."
    yield Family("rdvd_limit_rejections_total", "counter", text, tuple(samples))


def _of_tally(tally: Tally) -> Iterator[Family]:
    samples = (
        Sample(count, {"shown": shown, "outcome": outcome})
        for (shown, outcome), count in tally.verdicts.items()
    )
    text = "Attempts to be known, by the kind of token that was shown."
    yield Family("rdvd_authentications_total", "counter", text, tuple(samples))


def _of_streams(census: Census) -> Iterator[Family]:
    held = tuple(Sample(count, {"stream": name}) for name, count in census.open.items())
    yield Family("rdvd_streams_open", "gauge", "WebSockets that are open.", held)
    came = (
        Sample(count, {"stream": name, "outcome": outcome})
        for (name, outcome), count in census.openings.items()
    )
    text = 'WebSockets asked for, by what became of it; the stream "" is none of ours.'
    yield Family("rdvd_stream_openings_total", "counter", text, tuple(came))


def _of_events(events: Events) -> Iterator[Family]:
    lags = events.lags
    yield _counter("rdvd_events_total", "Facts published.", events.latest)
    yield _gauge("rdvd_events_waiting", "Events that wait to be sent, to all.", sum(lags))
    text = "Events that wait to be sent to the slowest reader."
    yield _gauge("rdvd_events_waiting_max", text, max(lags, default=0))


def _of_recorder(facts: RecorderFacts) -> Iterator[Family]:
    yield _gauge("rdvd_recorder_up", "1 if a recorder answers.", float(facts.pid is not None))
    yield _counter("rdvd_recorder_starts_total", "Recorders started.", facts.starts)
    yield _gauge("rdvd_recorder_sessions", "Sessions that are recorded.", facts.sessions)
    text = "Bytes that wait for the recorder, not on file yet."
    yield _gauge("rdvd_recorder_waiting_bytes", text, facts.waiting_bytes)
    yield _gauge("rdvd_recorder_kept_bytes", "Size of all byte logs.", facts.kept_bytes)
    yield _gauge("rdvd_recorder_free_bytes", "Room on the disk of the logs.", facts.free_bytes)
    yield _counter("rdvd_recorder_gaps_total", "Places where bytes are missing.", facts.gaps)
    yield _counter("rdvd_recorder_lost_bytes_total", "Bytes let go, disk full.", facts.lost_bytes)
    text = "Segments that a limit has removed."
    yield _counter("rdvd_recorder_removed_segments_total", text, facts.removed_segments)
    text = "Flushes that the disk has refused."
    yield _counter("rdvd_recorder_flush_failures_total", text, facts.flush_failures)


def _gauge(name: str, text: str, value: float) -> Family:
    return Family(name, "gauge", text, (Sample(value),))


def _counter(name: str, text: str, value: float) -> Family:
    return Family(name, "counter", text, (Sample(value),))


def cumulative(latencies: Latencies) -> Latency:
    """As Prometheus has it: each bucket holds what is in the smaller ones too."""
    counts = tuple(accumulate(latencies.counts))
    buckets = tuple(zip((*BOUNDS, math.inf), counts, strict=True))
    return Latency(buckets, latencies.total_seconds, counts[-1])


def _histogram(latency: Latency, labels: Labels) -> Iterator[Sample]:
    for bound, count in latency.buckets:
        yield Sample(count, {**labels, "le": _number(float(bound))}, "_bucket")
    yield Sample(latency.sum, labels, "_sum")
    yield Sample(latency.count, labels, "_count")


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def _open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir()) - 1  # one is that of looking


def write(found: Iterable[Family]) -> str:
    """See "Text format details" in Prometheus' "Exposition formats"."""
    return "".join(f"{line}\n" for family in found for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {_escape(family.help)}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        pairs = (f'{name}="{_quote(value)}"' for name, value in sample.labels.items())
        labels = f"{{{','.join(pairs)}}}" if sample.labels else ""
        yield f"{family.name}{sample.suffix}{labels} {_number(sample.value)}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quote(value: str) -> str:
    return _escape(value).replace('"', r"\"")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else repr(value)
