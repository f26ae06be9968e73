"""Answers that are sent while they are made: whole, or visibly cut; never ahead of their reader."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from attrs import define, field

from rdvd.ground.errors import Conflict
from rdvd.ground.flows import Flow
from rdvd.ground.http import App, HttpSettings
from rdvd.ground.openapi import OF_FLOWS, openapi_document
from rdvd.ground.routes import Request, Routes

from .http_client import ask, assert_problem, connect, read_to_the_end, say
from .http_server import AT_ONCE, Running, app_of, serving

PIECE = b"x" * 65536
GET = b"GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


@define
class Spring:
    """Pieces, and then its end: an error if there is one to be raised, or silence."""

    pieces: int = 3
    trouble: Exception | None = None
    goes_silent: bool = False
    silence: float = 60.0
    made: int = 0
    left: trio.Event = field(factory=trio.Event)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[bytes], None]:
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.sleep_forever)
                yield self._flow()
                nursery.cancel_scope.cancel()
        finally:
            self.left.set()

    async def _flow(self) -> AsyncIterator[bytes]:
        while self.made < self.pieces:
            self.made += 1
            yield PIECE
        if self.goes_silent:
            await trio.sleep_forever()
        if self.trouble is not None:
            raise self.trouble


def routes_of(spring: Spring) -> Routes:
    routes = Routes()

    @routes.route("GET", "/long", "A long answer", response_type="text/x-long", flows=True)
    async def _(request: Request[Any]) -> Flow:
        return Flow(spring.open(), "text/x-long", headers={"X-Own": "1"}, silence=spring.silence)

    return routes


def app_with(spring: Spring, **settings: Any) -> App:
    return app_of(routes_of(spring), settings=HttpSettings(**settings))


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[Any, ...]]:
    told = [vars(each) for each in caplog.records if each.msg == "request"]
    return [(each["status"], each["code"], each["bytes_out"]) for each in told]


@asynccontextmanager
async def reading(server: Running) -> AsyncGenerator[trio.SocketStream, None]:
    """Somebody who has read the beginning, and then reads no more."""
    async with await connect(server.path) as stream:
        await stream.send_all(GET)
        assert (await stream.receive_some(12)) == b"HTTP/1.1 200"
        yield stream


async def until_idle(app: App) -> None:
    with trio.fail_after(AT_ONCE):
        while app.traffic.in_flight:
            await trio.testing.wait_all_tasks_blocked()


async def test_it_arrives_whole_and_is_counted_at_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rdvd.http")
    spring = Spring()
    app = app_with(spring)
    async with serving(app, tmp_path) as server:
        got = await ask(server.path, "GET", "/long")
        await until_idle(app)

    assert (got.status, got.body) == (200, PIECE * 3)
    assert (got.headers["content-type"], got.headers["x-own"]) == ("text/x-long", "1")
    assert "x-request-id" in got.headers
    assert lines(caplog) == [(200, None, 3 * len(PIECE))]
    assert [(each.route, each.status) for each in app.traffic.latencies] == [("GET /long", 200)]


async def test_nothing_at_all_is_an_answer_too(tmp_path: Path) -> None:
    async with serving(app_with(Spring(0)), tmp_path) as server:
        got = await ask(server.path, "GET", "/long")

    assert (got.status, got.body) == (200, b"")


async def test_head_is_the_same_without_making_it(tmp_path: Path) -> None:
    spring = Spring(1_000_000)
    async with serving(app_with(spring), tmp_path) as server:
        answer = await say(server.path, GET.replace(b"GET", b"HEAD"))
        await spring.left.wait()

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\n")
    assert spring.made < 5


async def test_what_fails_before_the_first_byte_is_a_problem(tmp_path: Path) -> None:
    spring = Spring(0, Conflict("it is busy"))
    async with serving(app_with(spring), tmp_path) as server:
        assert_problem(await ask(server.path, "GET", "/long"), 409, "CONFLICT")
    assert spring.left.is_set()


async def test_the_first_piece_has_the_deadline_of_the_request(tmp_path: Path) -> None:
    silent = Spring(0, goes_silent=True)
    async with serving(app_with(silent, deadline=0.1), tmp_path) as server:
        assert_problem(await ask(server.path, "GET", "/long"), 504, "DEADLINE_EXCEEDED")
    assert silent.left.is_set()


async def test_those_after_it_have_not(tmp_path: Path) -> None:
    spring = Spring(20)
    async with (
        serving(app_with(spring, deadline=0.1), tmp_path) as server,
        reading(server) as stream,
    ):
        await trio.sleep(0.2)  # longer than the deadline, which is over: the point of this test
        assert (await read_to_the_end(stream)).endswith(LAST_CHUNK)


@pytest.mark.parametrize(
    ("spring", "status", "code"),
    [
        (Spring(3, Conflict("it broke")), 409, "CONFLICT"),
        (Spring(3, KeyError("a fault")), 500, "INTERNAL"),
        (Spring(3, goes_silent=True, silence=0.1), 504, "DEADLINE_EXCEEDED"),
    ],
)
async def test_what_fails_later_cuts_the_connection_and_is_told_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spring: Spring, status: int, code: str
) -> None:
    caplog.set_level(logging.INFO, "rdvd.http")
    app = app_with(spring)
    async with serving(app, tmp_path) as server:
        answer = await say(server.path, GET)
        await until_idle(app)

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"x\r\n")
    assert answer.count(b"x" * 60000) == 3
    assert lines(caplog) == [(status, code, 3 * len(PIECE))]
    assert spring.left.is_set()


async def test_a_slow_reader_holds_it_up_and_everybody_else_goes_on(tmp_path: Path) -> None:
    spring = Spring(10_000)
    async with serving(app_with(spring), tmp_path) as server, reading(server):
        await trio.testing.wait_all_tasks_blocked(0.05)
        made = spring.made
        assert made < 20
        assert (await ask(server.path, "GET", "/elsewhere")).status == 404
        assert spring.made == made


async def test_a_reader_that_goes_away_ends_it_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rdvd.http")
    spring = Spring(10_000)
    app = app_with(spring)
    async with serving(app, tmp_path) as server:
        async with reading(server):
            await trio.testing.wait_all_tasks_blocked(0.05)
        with trio.fail_after(AT_ONCE):
            await spring.left.wait()
        await until_idle(app)

    ((status, code, sent),) = lines(caplog)
    assert (status, code) == (499, None)
    assert 0 < sent < 20 * len(PIECE)


async def test_a_stop_in_the_middle_waits_for_the_grace_and_no_longer(tmp_path: Path) -> None:
    spring = Spring(10_000)
    async with serving(app_with(spring), tmp_path, grace=0.3) as server, reading(server) as stream:
        assert 0.2 < await server.stop() < 0.3 + AT_ONCE
        assert spring.left.is_set()
        assert not (await read_to_the_end(stream)).endswith(LAST_CHUNK)


def test_the_description_says_that_it_may_be_cut() -> None:
    document = openapi_document(routes_of(Spring()), title="t", version="1")
    success = document["paths"]["/long"]["get"]["responses"]["200"]

    assert success["description"] == f"OK. {OF_FLOWS}"
    assert list(success["content"]) == ["text/x-long"]
