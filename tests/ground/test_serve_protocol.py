"""The smaller ones of reference/web-stack.md 1.3, and what the fuzz has found beside them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from rdvd.ground.routes import Request, Routes

from .http_client import ask, connect, read_to_the_end, say
from .http_server import AT_ONCE, STALLED, app_of, descriptors, flooding_app, serving, small_routes

GET = b"GET /api/things/1 HTTP/1.1\r\nHost: x\r\n"
HALF_A_BODY = (
    b"POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b'Content-Length: 12\r\n\r\n{"name'
)


async def test_a_stream_is_never_cut_by_a_clock_of_the_framework() -> None:
    """Stock: `RESPONSE_TIMEOUT` of 60 s ends a stream without a word."""
    assert app_of(small_routes()).config["RESPONSE_TIMEOUT"] is None


async def test_http_2_is_not_spoken(tmp_path: Path) -> None:
    """Stock: answered on the same socket, and nothing can switch it off."""
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    upgrade = (
        b"Upgrade: h2c\r\nConnection: upgrade, close\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    )
    async with serving(app_of(small_routes()), tmp_path) as server:
        assert (await say(server.path, preface)).startswith(b"HTTP/1.1 505")
        assert (await say(server.path, GET + upgrade)).startswith(b"HTTP/1.1 200")


async def test_what_is_no_http_is_answered_with_a_problem(tmp_path: Path) -> None:
    """Stock: an empty body."""
    long = b"GET /" + b"a" * 20_000
    async with serving(app_of(small_routes()), tmp_path) as server:
        garbage = await say(server.path, b"\x16\x03\x01 hello\r\n\r\n")
        too_long = await say(server.path, long)

    assert garbage.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in garbage
    assert too_long.startswith(b"HTTP/1.1 431")


async def test_a_pipelined_request_leaves_nothing_behind_when_its_turn_never_comes(
    tmp_path: Path,
) -> None:
    """Stock: its reader waits for that turn until all grace is over."""
    routes, began, may_end = Routes(), trio.Event(), trio.Event()

    @routes.route("GET", "/wait", "Waits")
    async def _(request: Request[None]) -> None:
        began.set()
        await may_end.wait()

    wait = b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"
    async with (
        serving(app_of(routes), tmp_path, grace=9) as server,
        await connect(server.path) as stream,
    ):
        await stream.send_all(wait + wait)
        await began.wait()
        server.stopping.set()
        await trio.testing.wait_all_tasks_blocked()
        may_end.set()
        assert await server.stop() < AT_ONCE
        assert (await read_to_the_end(stream)).count(b"HTTP/1.1 200") == 1


async def test_a_pipelined_request_leaves_nothing_behind_when_its_client_has_left(
    tmp_path: Path,
) -> None:
    """Stock: the reader waits for that turn, and does not notice, until all grace is over."""
    async with serving(flooding_app(), tmp_path, grace=9) as server:
        before = descriptors()
        stream = await connect(server.path)
        await stream.send_all(STALLED + STALLED)
        await stream.receive_some(1)
        await stream.aclose()
        with trio.fail_after(AT_ONCE):
            while descriptors() > before:
                await trio.testing.wait_all_tasks_blocked()
        assert await server.stop() < AT_ONCE


@pytest.mark.parametrize("leave", [trio.SocketStream.aclose, trio.SocketStream.send_eof])
async def test_a_client_that_leaves_within_its_body_is_not_waited_for(
    tmp_path: Path, leave: Callable[[trio.SocketStream], Awaitable[None]]
) -> None:
    app = app_of(small_routes())
    async with serving(app, tmp_path, grace=9) as server:
        stream = await connect(server.path)
        await stream.send_all(HALF_A_BODY)
        await ask(server.path, "GET", "/api/things/1")
        assert app.traffic.in_flight == 1
        await leave(stream)

        assert await server.stop() < AT_ONCE
        await stream.aclose()


async def test_a_body_that_turns_into_nonsense_ends_the_handler_that_waits_for_it(
    tmp_path: Path,
) -> None:
    """Stock: the reader is told to end by itself, and the handler waits until its deadline."""
    head = b"POST /api/things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving(app_of(small_routes()), tmp_path, grace=60) as server:
        got = await say(server.path, head + b"zz\r\n")
        assert await server.stop() < AT_ONCE

    assert got.startswith(b"HTTP/1.1 400")


async def test_a_body_with_a_length_and_chunks_is_refused(tmp_path: Path) -> None:
    """Stock: the chunks win, and what the length had covered is the next request."""
    head = b"POST /api/things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    async with serving(app_of(small_routes()), tmp_path) as server:
        got = await say(server.path, head + b"Content-Length: 9\r\n\r\n0\r\n\r\n" + GET + b"\r\n")

    assert got.startswith(b"HTTP/1.1 400")
    assert got.count(b"HTTP/1.1") == 1
