"""The accept loop: who gets in, how many, and how it ends."""

import os
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from actors import Supervisor, run, task
from rdvd.ground.connection import FIRST_WORDS
from rdvd.ground.doors import Rules
from rdvd.ground.live import Live
from rdvd.ground.peer import Peer
from rdvd.ground.routes import Request, Routes
from rdvd.ground.serve import ServeLimits, serve

from .http_client import ask, ask_on, connect, read_to_the_end
from .http_server import app_of, bind, descriptors, serving, small_routes

AT_ONCE = 0.5
RULES = Live(Rules())
GET = b"GET /api/things/1 HTTP/1.1\r\nHost: x\r\n\r\n"


def showing_peer(found: list[Peer]) -> Routes:
    routes = Routes()

    @routes.route("GET", "/me", "Who asks")
    async def _(request: Request[None]) -> None:
        assert request.peer is not None
        assert request.peer.pidfd is None or os.fstat(request.peer.pidfd)
        found.append(request.peer)

    return routes


async def test_a_handler_sees_the_process_that_asks(tmp_path: Path) -> None:
    found = list[Peer]()
    async with serving(app_of(showing_peer(found)), tmp_path) as server:
        assert (await ask(server.path, "GET", "/me")).status == 200

    (peer,) = found
    assert (peer.pid, peer.uid, peer.gid) == (os.getpid(), os.getuid(), os.getgid())


async def test_a_foreign_user_is_refused_at_the_door(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def is_somebody_else(peer: Peer) -> bool:
        return peer.uid == os.getuid() + 1

    app = app_of(small_routes())
    async with serving(app, tmp_path, peer_check=is_somebody_else) as server:
        before = descriptors()
        async with await connect(server.path) as stream:
            assert await read_to_the_end_of_a_refusal(stream) == b""
        assert descriptors() == before

    assert [vars(each)["peer_uid"] for each in caplog.records] == [os.getuid()]
    assert app.traffic.latencies == {}


async def read_to_the_end_of_a_refusal(stream: trio.SocketStream) -> bytes:
    with trio.fail_after(AT_ONCE):
        return await read_to_the_end(stream)


async def test_beyond_the_limit_a_connection_waits_for_another_to_leave(tmp_path: Path) -> None:
    limits = ServeLimits(idle=60)
    async with serving(app_of(small_routes()), tmp_path, most=2, limits=limits) as server:
        first, second, third = [await connect(server.path) for _ in range(3)]
        for stream in (first, second):
            await ask_on(stream, "GET", "/api/things/1")
        await third.send_all(GET)
        with trio.move_on_after(0.1) as waiting:
            await third.receive_some(1)
        await first.aclose()
        with trio.fail_after(AT_ONCE):
            assert await third.receive_some(8) == b"HTTP/1.1"
        assert waiting.cancelled_caught
        await second.aclose()
        await third.aclose()


async def test_two_thousand_connects_leave_no_descriptor_behind(tmp_path: Path) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        before = descriptors()
        for _ in range(2_000):
            await (await connect(server.path)).aclose()
        assert (await ask(server.path, "GET", "/api/things/1")).status == 200
        with trio.fail_after(AT_ONCE):
            while descriptors() > before:
                await trio.testing.wait_all_tasks_blocked()


@pytest.mark.parametrize("start", [b"", b"GET / HT"])
async def test_a_client_that_never_ends_its_head_is_closed(start: bytes, tmp_path: Path) -> None:
    limits = ServeLimits(idle=0.1)
    async with (
        serving(app_of(small_routes()), tmp_path, limits=limits) as server,
        await connect(server.path) as stream,
    ):
        with trio.fail_after(AT_ONCE):
            await drip(stream, start)


async def drip(stream: trio.SocketStream, data: bytes) -> None:
    """Byte after byte, until the other side closes."""
    if data:
        await stream.send_all(data)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_dripping, stream)
        assert await read_to_the_end(stream) == b""
        nursery.cancel_scope.cancel()


async def keep_dripping(stream: trio.SocketStream) -> None:
    try:
        while True:
            await stream.send_all(b"a")
            await trio.testing.wait_all_tasks_blocked(0.01)
    except trio.BrokenResourceError:
        pass


async def test_a_client_that_never_ends_its_body_meets_the_deadline(tmp_path: Path) -> None:
    head = b"POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    more = b"X-RDV-Deadline-Ms: 50\r\nContent-Length: 100\r\n\r\n{"
    async with (
        serving(app_of(small_routes()), tmp_path) as server,
        await connect(server.path) as stream,
    ):
        await stream.send_all(head + more)
        with trio.fail_after(AT_ONCE):
            answer = await read_to_the_end(stream)

    assert answer.startswith(b"HTTP/1.1 504")


def waiting_routes(began: trio.Event, may_end: trio.Event) -> Routes:
    routes = Routes()

    @routes.route("GET", "/wait", "Waits")
    async def _(request: Request[None]) -> None:
        began.set()
        await may_end.wait()

    return routes


async def test_a_request_in_flight_gets_its_answer_during_a_stop(tmp_path: Path) -> None:
    began, may_end = trio.Event(), trio.Event()
    async with (
        serving(app_of(waiting_routes(began, may_end)), tmp_path, grace=9) as server,
        await connect(server.path) as stream,
    ):
        await stream.send_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        await began.wait()
        server.stopping.set()
        await trio.testing.wait_all_tasks_blocked()
        may_end.set()
        answer = await read_to_the_end(stream)
        assert await server.stop() < AT_ONCE

    assert answer.startswith(b"HTTP/1.1 200")


async def test_who_has_just_called_when_the_stop_comes_is_answered(tmp_path: Path) -> None:
    async with (
        serving(app_of(small_routes()), tmp_path, grace=9) as server,
        await connect(server.path) as stream,
    ):
        await trio.testing.wait_all_tasks_blocked()  # it was let in, and has not asked yet
        server.stopping.set()
        await trio.testing.wait_all_tasks_blocked()
        await stream.send_all(GET)
        answer = await read_to_the_end(stream)

    assert answer.startswith(b"HTTP/1.1 200")


async def test_who_calls_and_says_nothing_holds_a_stop_up_for_a_moment_only(tmp_path: Path) -> None:
    async with (
        serving(app_of(small_routes()), tmp_path, grace=9) as server,
        await connect(server.path) as silent,
    ):
        await trio.testing.wait_all_tasks_blocked()
        assert await server.stop() < FIRST_WORDS + AT_ONCE
        assert await silent.receive_some(1) == b""


async def test_a_request_that_outstays_the_grace_is_cut(tmp_path: Path) -> None:
    began = trio.Event()
    async with (
        serving(app_of(waiting_routes(began, trio.Event())), tmp_path, grace=0.1) as server,
        await connect(server.path) as stream,
    ):
        await stream.send_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        await began.wait()
        assert await server.stop() < 0.1 + AT_ONCE


async def test_a_keyed_request_that_outstays_the_grace_is_cut_too(tmp_path: Path) -> None:
    began, routes = trio.Event(), Routes()

    @routes.route("POST", "/wait", "Waits")
    async def _(request: Request[None]) -> None:
        began.set()
        await trio.sleep_forever()

    head = b"POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nIdempotency-Key: k\r\n\r\n"
    async with (
        serving(app_of(routes), tmp_path, grace=0.1) as server,
        await connect(server.path) as stream,
    ):
        await stream.send_all(head)
        await began.wait()
        assert await server.stop() < 0.1 + AT_ONCE


async def test_a_fault_in_one_connection_is_logged_and_ends_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inner = app_of(small_routes())

    async def faulty(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/break":
            raise ZeroDivisionError
        await inner(scope, receive, send)

    async with serving(faulty, tmp_path) as server, await connect(server.path) as other:
        await ask_on(other, "GET", "/api/things/1")
        broken = await ask(server.path, "GET", "/break")
        again = await ask_on(other, "GET", "/api/things/1")

    assert (broken.status, again.status) == (500, 200)
    assert [each.levelname for each in caplog.records] == ["ERROR"]


async def test_sockets_stay_with_their_owner_and_can_be_served_again(tmp_path: Path) -> None:
    app = app_of(small_routes())
    with bind(tmp_path / "api.sock") as bound:
        for _ in range(2):
            stopping = trio.Event()
            async with trio.open_nursery() as nursery:
                await nursery.start(start_serving, app, bound, stopping)
                assert (await ask(tmp_path / "api.sock", "GET", "/api/things/1")).status == 200
                stopping.set()


async def start_serving(
    app: Any, bound: Any, stopping: trio.Event, task_status: trio.TaskStatus[Any]
) -> None:
    await serve(app, Live([bound]), rules=RULES, stopping=stopping, task_status=task_status)


async def test_one_app_serves_several_sockets(tmp_path: Path) -> None:
    app, stopping = app_of(small_routes()), trio.Event()
    paths = [tmp_path / "a.sock", tmp_path / "b.sock"]
    sockets = [bind(path) for path in paths]
    async with trio.open_nursery() as nursery:

        async def both(task_status: trio.TaskStatus[Any]) -> None:
            await serve(app, Live(sockets), rules=RULES, stopping=stopping, task_status=task_status)

        await nursery.start(both)
        for path in paths:
            assert (await ask(path, "GET", "/api/things/1")).status == 200
        stopping.set()
    for bound in sockets:
        bound.close()


async def test_it_is_a_task_of_a_tree(tmp_path: Path) -> None:
    app = app_of(small_routes())
    with bind(tmp_path / "api.sock") as bound:

        async def api(*, stopping: trio.Event, task_status: trio.TaskStatus[Any]) -> None:
            await serve(app, Live([bound]), rules=RULES, stopping=stopping, task_status=task_status)

        root = Supervisor("root", task("http", api, grace=31))
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(run, root)
                got = await ask(tmp_path / "api.sock", "GET", "/api/things/1")
                root.stop()

    assert got.status == 200
