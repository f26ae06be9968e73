"""systemd hears a sign only after work was really done, and the log says why it hears none."""

import logging
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing
from attrs import define, field

from rdvd import audit, identity
from rdvd.ground.footing import Footing
from rdvd.ground.notify import Notifier
from rdvd.ground.routes import ANYONE, Request, Routes
from rdvd.ground.store import open_store
from rdvd.ground.traffic import Traffic
from rdvd.health import Checks
from rdvd.health.routes import health_routes
from rdvd.health.watchdog import (
    Trip,
    trip_through_api,
    trip_through_store,
    trip_through_streams,
    watch,
)
from rdvd.sessions import Roster
from rdvd.streams import Census
from rdvd.tmux import Tmux, TmuxSettings
from tests.ground.http_server import app_of, bind, serving
from tests.identity.house import house
from tests.streams.visits import entrance_of
from tests.streams.visits import serving as serving_streams

from .measured import LONELY, no_recorder

MIGRATIONS = (identity.MIGRATIONS, audit.MIGRATIONS)
SIGN = b"WATCHDOG=1"
A_WHILE = 10


@define
class Systemd:
    ear: socket.socket
    notifier: Notifier

    def heard(self) -> list[bytes]:
        """Since it was last asked."""
        said: list[bytes] = []
        while True:
            try:
                said.append(self.ear.recv(999))
            except BlockingIOError:
                return said

    async def hear(self) -> bytes:
        with trio.fail_after(A_WHILE):
            await trio.lowlevel.wait_readable(self.ear)
        return self.ear.recv(999)


@pytest.fixture
def systemd(tmp_path: Path) -> Generator[Systemd, None, None]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.setblocking(False)
        ear.bind(str(tmp_path / "notify"))
        yield Systemd(ear, Notifier(str(tmp_path / "notify").encode()))


@define
class Way:
    """A trip that succeeds, fails or hangs, as the test wishes."""

    reason: str | None = None
    hangs: bool = False
    resists: bool = False
    release: trio.Event = field(factory=trio.Event)

    def trip(self) -> Trip:
        return Trip("way", self._travel)

    async def _travel(self) -> str | None:
        if self.hangs:
            with trio.CancelScope(shield=self.resists):
                await self.release.wait()
        return self.reason


@asynccontextmanager
async def watching(
    systemd: Systemd, interval: float | None, *trips: Trip
) -> AsyncGenerator[None, None]:
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        await nursery.start(partial(watch, systemd.notifier, interval, *trips, stopping=stopping))
        yield
        stopping.set()


def complaints(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [
        (vars(record)["through"], vars(record)["reason"])
        for record in caplog.records
        if record.message == "watchdog_silent" and record.levelno == logging.ERROR
    ]


async def test_a_sign_follows_every_interval(
    systemd: Systemd, autojump_clock: trio.testing.MockClock
):
    async with watching(systemd, 15.0, Way().trip(), Way().trip()):
        await trio.sleep(46)

    assert systemd.heard() == [SIGN] * 3


async def test_without_an_interval_it_only_waits_for_its_end(
    systemd: Systemd, autojump_clock: trio.testing.MockClock
):
    async with watching(systemd, None, Way().trip()):
        await trio.sleep(1000)

    assert systemd.heard() == []


async def test_a_trip_that_fails_leaves_systemd_without_a_sign_until_it_succeeds_again(
    systemd: Systemd, autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
):
    way = Way(reason="the bridge is out")
    async with watching(systemd, 15.0, Way().trip(), way.trip()):
        await trio.sleep(31)
        assert systemd.heard() == []
        way.reason = None
        await trio.sleep(15)

    assert systemd.heard() == [SIGN]
    assert complaints(caplog) == [("way", "the bridge is out")] * 2


async def test_a_trip_that_hangs_is_given_up_and_complained_of(
    systemd: Systemd, autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
):
    way = Way(hangs=True)
    async with watching(systemd, 15.0, way.trip()):
        await trio.sleep(15 + 5.1)
        assert complaints(caplog) == [("way", "no answer within 5 s")]
        way.hangs = False
        await trio.sleep(15)

    assert systemd.heard() == [SIGN]


async def test_a_trip_that_cannot_be_cancelled_is_complained_of_while_it_hangs(
    systemd: Systemd, autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
):
    way = Way(hangs=True, resists=True)
    async with watching(systemd, 15.0, way.trip()):
        await trio.sleep(15 + 5.1)
        assert complaints(caplog) == [("way", "no answer within 5 s")]
        way.release.set()
        await trio.testing.wait_all_tasks_blocked()
        assert systemd.heard() == []  # what came back so late is no sign of health
        way.hangs = False
        await trio.sleep(15)

    assert systemd.heard() == [SIGN]


async def test_all_trips_together_take_less_than_the_rest_that_systemd_allows(
    systemd: Systemd, autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
):
    async def take_0_3() -> None:
        await trio.sleep(0.3)

    async with watching(systemd, 1.0, Trip("first", take_0_3), Trip("second", take_0_3)):
        await trio.sleep(1.9)

    assert complaints(caplog) == [("second", "no answer within 0.5 s")]


async def test_it_ends_at_once_in_the_middle_of_a_trip(
    systemd: Systemd, autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
):
    async with watching(systemd, 15.0, Way(hangs=True).trip()):
        await trio.sleep(16)
    assert trio.current_time() == pytest.approx(16, abs=0.01)
    assert complaints(caplog) == []


async def test_a_sign_follows_trips_through_a_real_store_and_a_real_socket(
    systemd: Systemd, tmp_path: Path
):
    async with open_store(tmp_path / "a.db", MIGRATIONS) as store:
        tmux = Tmux(TmuxSettings(tmp_path), {})
        checks = Checks(
            store, tmux, Traffic(), Census(), lambda: LONELY, no_recorder(), Roster(), Footing()
        )
        routes = health_routes(checks)
        before = store.facts().jobs
        async with (
            serving(app_of(routes), tmp_path) as server,
            watching(systemd, 0.05, trip_through_store(store), trip_through_api(server.path)),
        ):
            assert await systemd.hear() == SIGN

    assert store.facts().jobs > before


async def test_the_trip_through_the_streams_ends_at_a_stream_that_is_not(tmp_path: Path):
    async with (
        house(tmp_path) as home,
        serving_streams(tmp_path, [], entrance_of(home), home) as served,
    ):
        trip = trip_through_streams(served.path)
        assert await trip.travel() is None
        assert home.events == []  # nobody had to prove anything, and the audit log is quiet

    reason = await trip.travel()
    assert reason is not None
    assert str(served.path) in reason


async def test_a_store_that_has_closed_is_a_reason(tmp_path: Path):
    async with open_store(tmp_path / "a.db", MIGRATIONS) as store:
        assert await trip_through_store(store).travel() is None

    assert await trip_through_store(store).travel()


async def test_a_socket_that_is_gone_is_a_reason(tmp_path: Path):
    reason = await trip_through_api(tmp_path / "api.sock").travel()

    assert reason is not None
    assert str(tmp_path / "api.sock") in reason


async def test_a_socket_that_nobody_accepts_from_is_found_out(
    systemd: Systemd, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "api.sock"
    with bind(path), caplog_waiting(caplog) as complained:
        async with watching(systemd, 0.1, trip_through_api(path)):
            with trio.fail_after(A_WHILE):
                await complained.wait()

    assert complaints(caplog)[0] == ("api", "no answer within 0.05 s")
    assert systemd.heard() == []


async def test_an_answer_that_is_a_failure_is_a_reason(tmp_path: Path):
    routes = Routes()

    @routes.route("GET", "/health/live", "Broken", who=ANYONE)
    async def _(_: Request[None]) -> None:
        raise ZeroDivisionError

    async with serving(app_of(routes), tmp_path) as server:
        reason = await trip_through_api(server.path).travel()

    assert reason is not None
    assert "500" in reason


@contextmanager
def caplog_waiting(caplog: pytest.LogCaptureFixture) -> Generator[trio.Event, None, None]:
    """An event for the first complaint."""
    complained, logger = trio.Event(), logging.getLogger("rdvd.watchdog")

    class Tell(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complained.set()

    tell = Tell()
    logger.addHandler(tell)
    try:
        yield complained
    finally:
        logger.removeHandler(tell)
