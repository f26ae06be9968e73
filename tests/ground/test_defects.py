"""One test for each row of reference/web-stack.md 1.3, also those that this Quart does not have."""

from pathlib import Path

import pytest
import quart
import trio
import trio.testing
import trio_websocket

from rdvd.ground.http import HttpSettings
from rdvd.ground.serve import ServeLimits

from .http_client import ask, ask_on, connect, read_to_the_end, say
from .http_server import AT_ONCE, STALLED, app_of, descriptors, flooding_app, serving, small_routes

MEBIBYTE = 1024 * 1024
GET = b"GET /api/things/1 HTTP/1.1\r\nHost: x\r\n"


async def test_1_a_finished_answer_closes_or_rearms_its_connection(tmp_path: Path) -> None:
    """Stock: never closed, no end of file after `Connection: close`, a stop takes all its grace."""
    limits = ServeLimits(idle=0.1)
    async with serving(app_of(small_routes()), tmp_path, grace=9, limits=limits) as server:
        with trio.fail_after(AT_ONCE):
            assert (await say(server.path, GET + b"Connection: close\r\n\r\n")).endswith(b"}")
        with trio.fail_after(AT_ONCE):
            assert (await say(server.path, b"GET /x HTTP/1.0\r\n\r\n")).endswith(b"}")
        async with await connect(server.path) as idle:
            await ask_on(idle, "GET", "/api/things/1")
            with trio.fail_after(AT_ONCE):
                assert await read_to_the_end(idle) == b""


async def test_1_a_stop_with_an_idle_connection_takes_no_time(tmp_path: Path) -> None:
    limits = ServeLimits(idle=60)
    async with (
        serving(app_of(small_routes()), tmp_path, grace=9, limits=limits) as server,
        await connect(server.path) as idle,
    ):
        await ask_on(idle, "GET", "/api/things/1")
        assert await server.stop() < AT_ONCE


async def test_2_a_reader_that_stalls_cannot_hold_up_a_stop(tmp_path: Path) -> None:
    """Stock: neither the grace time nor a cancellation returns until the client goes away."""
    async with (
        serving(flooding_app(), tmp_path, grace=0.2) as server,
        await connect(server.path) as stalled,
    ):
        await stalled.send_all(STALLED)
        await stalled.receive_some(1)
        assert await server.stop() < 0.2 + AT_ONCE


async def test_2_a_reader_that_stalls_cannot_hold_up_a_cancellation(tmp_path: Path) -> None:
    held = list[trio.SocketStream]()
    with trio.fail_after(5):
        with trio.CancelScope() as outside:
            async with serving(flooding_app(), tmp_path, grace=60) as server:
                held.append(await connect(server.path))
                await held[0].send_all(STALLED)
                await held[0].receive_some(1)
                outside.cancel()
        await held[0].aclose()

    assert outside.cancelled_caught


async def test_2_a_reader_that_stalls_is_cut_off_after_a_while(tmp_path: Path) -> None:
    limits = ServeLimits(write=0.1)
    async with (
        serving(flooding_app(), tmp_path, limits=limits) as server,
        await connect(server.path) as stalled,
    ):
        await stalled.send_all(STALLED)
        await trio.testing.wait_all_tasks_blocked(0.2)
        with pytest.raises(trio.BrokenResourceError):
            await keep_sending(stalled)


async def keep_sending(stream: trio.SocketStream) -> None:
    """Until the other side is known to be gone."""
    while True:
        await stream.send_all(b"x" * 65536)


async def test_3_a_loop_of_sends_to_a_gone_peer_lets_others_live(tmp_path: Path) -> None:
    """Stock: a send without a checkpoint freezes the whole program."""
    app, ended = app_of(small_routes()), trio.Event()

    @app.websocket("/ws")
    async def _() -> None:
        try:
            while True:
                await quart.websocket.send("x")
        finally:
            ended.set()

    async with serving(app, tmp_path) as server:
        async with trio.open_nursery() as nursery:
            stream = await connect(server.path)
            peer = await trio_websocket.wrap_client_stream(nursery, stream, "rdvd", "/ws")
            assert await peer.get_message() == "x"
            await stream.aclose()
            await ended.wait()
            nursery.cancel_scope.cancel()
        assert (await ask(server.path, "GET", "/api/things/1")).status == 200


async def test_4_a_chunked_body_is_cut_at_the_limit(tmp_path: Path) -> None:
    """Quart 0.23: 154 MiB accepted before the limit of 1 MiB is noticed."""
    app = app_of(small_routes(), settings=HttpSettings(body_limit=MEBIBYTE))
    head = b"POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
    async with serving(app, tmp_path) as server, await connect(server.path) as stream:
        await stream.send_all(head + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = await send_until_cut(stream, chunk)
        answer = await stream.receive_some(100)

    assert answer.startswith(b"HTTP/1.1 413")
    assert sent < 4 * MEBIBYTE


async def test_4_a_body_that_nobody_reads_is_not_kept(tmp_path: Path) -> None:
    app = app_of(small_routes(), settings=HttpSettings(body_limit=MEBIBYTE))
    kept, may_end = list[int](), trio.Event()

    @app.post("/never")
    async def _() -> str:
        await may_end.wait()
        kept.append(len(quart.request.body._data))  # pyright: ignore[reportPrivateUsage]
        return "x"

    head = b"POST /never HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = 256 * (b"10000\r\n" + bytes(65536) + b"\r\n")
    async with serving(app, tmp_path) as server, await connect(server.path) as stream:
        await stream.send_all(head + chunks)
        may_end.set()
        assert (await stream.receive_some(100)).startswith(b"HTTP/1.1 200")

    assert kept[0] <= MEBIBYTE + 65536


async def send_until_cut(stream: trio.SocketStream, chunk: bytes) -> int:
    sent = 0
    try:
        while sent < 64 * MEBIBYTE:
            await stream.send_all(chunk)
            sent += len(chunk)
    except trio.BrokenResourceError:
        return sent
    return sent


async def test_5_a_websocket_that_is_not_read_stalls_its_sender(tmp_path: Path) -> None:
    """Quart 0.23: 600 MiB in memory. Here a bounded queue, then the sockets' own buffers."""
    app, opened = app_of(small_routes()), trio.Event()

    @app.websocket("/ws")
    async def _() -> None:
        await quart.websocket.send("here")
        opened.set()
        await trio.sleep_forever()

    async with serving(app, tmp_path, grace=0.1) as server, trio.open_nursery() as nursery:
        stream = await connect(server.path)
        peer = await trio_websocket.wrap_client_stream(nursery, stream, "rdvd", "/ws")
        await opened.wait()
        sent = 0
        with trio.move_on_after(0.5):
            while sent < 64:
                await peer.send_message(bytes(MEBIBYTE // 2))
                sent += 1
        assert sent < 40
        nursery.cancel_scope.cancel()
        await stream.aclose()


async def test_6_a_peer_that_leaves_while_it_is_listened_to_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Quart 0.23: an ERROR with a traceback for each."""
    app, opened, ended = app_of(small_routes()), trio.Event(), trio.Event()

    @app.websocket("/ws")
    async def _() -> None:
        try:
            await quart.websocket.send("here")
            opened.set()
            await quart.websocket.receive()
        finally:
            ended.set()

    async with serving(app, tmp_path) as server, trio.open_nursery() as nursery:
        stream = await connect(server.path)
        await trio_websocket.wrap_client_stream(nursery, stream, "rdvd", "/ws")
        await opened.wait()
        nursery.cancel_scope.cancel()
        with trio.CancelScope(shield=True):
            await stream.aclose()
            await ended.wait()

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_7_descriptors_of_peers_that_closed_return_at_once(tmp_path: Path) -> None:
    """Stock: 5,000 connects without a request keep 5,000 descriptors for the idle time."""
    limits = ServeLimits(idle=600)
    async with serving(app_of(small_routes()), tmp_path, limits=limits) as server:
        await ask(server.path, "GET", "/api/things/1")
        before = descriptors()
        for _ in range(200):
            await (await connect(server.path)).aclose()
        await ask(server.path, "GET", "/api/things/1")
        with trio.fail_after(AT_ONCE):
            while descriptors() > before:
                await trio.testing.wait_all_tasks_blocked()

    assert descriptors() <= before
