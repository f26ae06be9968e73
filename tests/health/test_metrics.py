"""The metrics, read by Prometheus' own parser, from a real store and a real server."""

import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from actors import Actor, Node, actor
from actors.testing import crash, running
from rdvd import VERSION
from rdvd.ground.traffic import BOUNDS, Latencies
from rdvd.health.metrics import (
    CONTENT_TYPE,
    Family,
    Sample,
    cumulative,
    families,
    metrics_routes,
    write,
)
from rdvd.limits import TooOften
from tests.ground.http_client import ask
from tests.ground.http_server import app_of, serving

from .measured import House, read

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([`\w, ]*?) ?\| (.*) \|$", re.MULTILINE)


class Counter(Actor):
    async def add(self) -> None:
        pass


async def test_the_process_tells_x(house: House):
    written = house.written()

    assert written.value("rdvd_build_info", version=VERSION) == 1
    assert 0 <= written.value("rdvd_uptime_seconds") < 60
    assert 0 < written.value("process_cpu_seconds_total") <= time.process_time()
    assert 10_000_000 < written.value("process_resident_memory_bytes") < 10_000_000_000


async def test_the_descriptors_are_those_that_are_open(house: House):
    assert house.written().value("process_open_fds") == sum(map(is_open, range(4096)))


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


async def test_the_loops_lag_is_told(house: House):
    house.lag.last = 0.25

    assert house.written().value("rdvd_loop_lag_seconds") == 0.25
    assert house.written().value("rdvd_loop_lag_max_seconds") == 0.0


async def test_each_place_tells_what_it_has_been_through(house: House):
    counter = actor("counter", Counter, capacity=7)
    async with running(counter) as root:
        house.snapshot = root.snapshot
        await counter.ref.call(Counter.add)
        await crash(counter.ref)
        written = house.written()

    place = "test/counter"
    assert written.value("rdvd_restarts_total", place=place) == 1
    assert written.value("rdvd_handled_total", place=place) >= 2
    assert written.value("rdvd_mailbox_depth", place=place) == 0
    assert written.value("rdvd_mailbox_capacity", place=place) == 7


async def test_a_place_without_a_mailbox_tells_nothing_of_messages(house: House):
    written = house.written()

    assert written.value("rdvd_restarts_total", place="rdvd") == 0
    assert written.families["rdvd_mailbox_depth"].samples == []
    assert written.families["rdvd_handled"].samples == []


async def test_latencies_are_told_by_route_and_status(house: House):
    for seconds in (0.0005, 0.002, 0.002, 99.0):
        house.traffic.observe("GET /api/user", 200, seconds)
    house.traffic.observe("", 404, 0.3)
    written, name = house.written(), "rdvd_http_request_duration_seconds"

    buckets = written.buckets(name, route="GET /api/user", status="200")

    assert list(buckets) == [*map(str, BOUNDS), "+Inf"]
    assert (buckets["0.001"], buckets["0.0025"], buckets["10.0"], buckets["+Inf"]) == (1, 3, 3, 4)
    assert written.value(f"{name}_count", route="GET /api/user", status="200") == 4
    assert written.value(f"{name}_sum", route="GET /api/user", status="200") == 99.0045
    assert written.buckets(name, route="", status="404")["0.25"] == 0


@given(st.lists(st.floats(0, 20)))
def test_each_bucket_counts_all_that_took_no_longer(durations: list[float]):
    latencies = Latencies()
    for seconds in durations:
        latencies.add(seconds)

    told = cumulative(latencies)

    assert told.buckets == tuple(
        (bound, sum(seconds <= bound for seconds in durations)) for bound in (*BOUNDS, float("inf"))
    )
    assert told.count == len(durations)


async def test_the_store_tells_of_its_commits_and_its_files(house: House):
    before = house.written()
    for _ in range(3):
        await house.store.ping()
    after, name = house.written(), "rdvd_store_commit_duration_seconds"

    assert after.value("rdvd_store_jobs_total") - before.value("rdvd_store_jobs_total") == 3
    assert after.value("rdvd_store_commits_total") - before.value("rdvd_store_commits_total") == 3
    assert after.value(f"{name}_count") == after.value("rdvd_store_commits_total")
    assert after.buckets(name)["+Inf"] == after.value("rdvd_store_commits_total")
    assert after.value(f"{name}_sum") > 0
    assert after.value("rdvd_store_queue") == 0
    assert after.value("rdvd_store_wal_bytes") > 0
    assert after.value("rdvd_store_database_bytes") > 0


async def test_refusals_of_the_limiter_are_told_by_category(house: House):
    house.guard.check("ann", "read")
    with pytest.raises(TooOften):
        house.guard.check("ann", "read")
    written = house.written()

    assert written.value("rdvd_limit_rejections_total", category="read") == 1
    assert written.value("rdvd_limit_rejections_total", category="auth_failure") == 0


async def test_a_scraper_gets_them_over_the_socket_this_request_aside(house: House, tmp_path: Path):
    routes = metrics_routes(house.sources())
    with house.traffic.one_in_flight(), house.traffic.one_in_flight():
        async with serving(app_of(routes), tmp_path) as server:
            got = await ask(server.path, "GET", "/metrics")

    assert (got.status, got.headers["content-type"]) == (200, CONTENT_TYPE)
    assert read(got.body.decode()).value("rdvd_http_requests_in_flight") == 1


async def test_they_are_not_for_anyone_and_limited_as_a_read(house: House):
    (route,) = metrics_routes(house.sources())

    assert (route.who, route.category) == ("user", "read")


async def test_every_family_has_a_help_and_a_type_also_when_it_has_no_figures(house: House):
    found = families(house.sources(), house.recorder)
    text = write(found)

    assert len({family.name for family in found}) == len(found)
    for family in found:
        assert text.count(f"# HELP {family.name} {family.help}\n") == 1
        assert text.count(f"# TYPE {family.name} {family.kind}\n") == 1
    assert len(read(text).families) == len(found)


async def test_the_document_describes_every_family_and_no_other(house: House):
    house.traffic.observe("GET /api/user", 200, 0.1)
    actors_place = Node(
        name="auth", kind="actor", status="up", taken_at=0, since=0, restarts=0,
        last_crash=None, queued=0, capacity=1, handled=0,
    )  # fmt: skip
    house.snapshot = lambda: actors_place
    house.tally.count("api", "accepted")
    house.census.came("/ws/events", "opened")

    with house.census.one_open("/ws/events", "me"):
        found = families(house.sources(), house.recorder)
    told = {(family.name, family.kind, labels_of(family), family.help) for family in found}

    rows = ROW.findall(DOCUMENT.read_text())
    assert told == {
        (name, kind, labels.replace("`", ""), text) for name, kind, labels, text in rows
    }


def labels_of(family: Family) -> str:
    return ", ".join(name for name in family.samples[0].labels if name != "le")


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.floats(),
)
def test_whatever_a_label_holds_the_parser_reads_it_back(help_: str, label: str, value: float):
    family = Family("some_family", "gauge", help_, (Sample(value, {"place": label}),))

    (found,) = text_string_to_metric_families(write([family]))

    ((name, labels, read_back, *_),) = found.samples
    assert (name, labels) == ("some_family", {"place": label})
    assert read_back == value or (read_back != read_back and value != value)
