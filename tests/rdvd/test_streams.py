"""terminal.sock of the daemon as its clients know it: events, goodbyes, and who is not let in."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trio

from tests.events.streams import PATH, hear, say, subscribe
from tests.streams.visits import calling, closing, frame, hear_close

from .daemons import A_WHILE, Daemon, living, rdvd

AT_ONCE = 5.0  # on a busy machine; no grace and no time limit is as short


async def mint(daemon: Daemon) -> Any:
    return (await daemon.ask("POST", "/api/tokens", {"name": "laptop"})).json


async def ticket(daemon: Daemon, **headers: str) -> str:
    answer = await daemon.ask("POST", "/api/auth/tickets", {}, **headers)
    return answer.json["ticket"]


def bearer(minted: Any) -> list[tuple[bytes, bytes]]:
    return [(b"Authorization", f"Bearer {minted['token']}".encode())]


async def test_what_happens_is_told_to_the_owner_from_the_very_first_actor_on(tmp_path: Path):
    async with living(tmp_path / "home") as daemon, calling(daemon.terminal) as caller:
        client = await caller.connect(PATH)
        stream = (await hear(client))["data"]["stream"]
        snapshot = await subscribe(client)
        health = (await daemon.ask("GET", "/health")).json
        minted = await mint(daemon)
        await daemon.ask("DELETE", f"/api/tokens/{minted['about']['id']}")
        ended = await hear(client)
        again = await caller.connect(PATH)
        await subscribe(again, resume=0, stream=stream)
        past = [await hear(again) for _ in range(ended["seq"])]

    assert snapshot["data"]["state"]["tree"]["name"] == "rdvd"
    assert health["metrics"]["websocket_connections"] == 1
    assert (ended["type"], ended["data"]["token"]) == ("token.ended", minted["about"]["id"])
    assert {"rdvd/auth", "rdvd/ready"} <= {each["data"].get("place") for each in past}
    assert past[-1] == ended


async def test_what_a_revoked_token_has_opened_ends_within_a_second_and_nothing_else(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon, calling(daemon.terminal) as caller:
        minted = await mint(daemon)
        by_token = await caller.connect(PATH, headers=bearer(minted))
        its = await ticket(daemon, Authorization=f"Bearer {minted['token']}")
        by_ticket = await caller.connect(f"{PATH}?ticket={its}")
        kept = await caller.connect(PATH)
        await subscribe(kept)

        assert (await daemon.ask("DELETE", f"/api/tokens/{minted['about']['id']}")).status == 200
        with trio.fail_after(1):
            ends = [(await closing(each))[0] for each in (by_token, by_ticket)]

        assert ends == [4401, 4401]
        assert (await hear(kept))["type"] == "token.ended"


async def test_when_it_stops_all_are_told_and_one_that_does_not_read_holds_nothing_up(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon, calling(daemon.terminal) as caller:
        clients = [await caller.connect(PATH) for _ in range(5)]
        stalled = await caller.open_wire(PATH)
        for _ in range(400):  # far more snapshots than a socket takes, and none is read
            await stalled.send_all(frame(1, json.dumps({"type": "subscribe"}).encode()))
        await caller.wire()  # one that never even knocks
        began = trio.current_time()
        daemon.process.send_signal(signal.SIGTERM)

        with trio.fail_after(AT_ONCE):
            ends = [await closing(each) for each in clients]
            assert await daemon.process.wait() == 0

    assert ends == [(1001, "the daemon stops")] * 5
    assert trio.current_time() - began < AT_ONCE


async def test_thousands_who_connect_and_leave_on_either_socket_leave_nothing_behind(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        descriptors = Path(f"/proc/{daemon.process.pid}/fd")

        def count() -> int:
            return sum(1 for _ in descriptors.iterdir())

        before = count()
        for path in (daemon.socket, daemon.terminal):
            for _ in range(2_500):
                await (await trio.open_unix_socket(path)).aclose()
        assert (await daemon.ask("GET", "/health")).json["status"] == "healthy"
        with trio.fail_after(A_WHILE):
            while count() > before:
                await daemon.ask("GET", "/health/live")


async def test_no_ticket_no_token_and_no_line_of_a_forger_gets_into_the_log(tmp_path: Path):
    forged = '/ws/%0a{"event":"forged"}%1b[2J\\n'
    async with living(tmp_path / "home") as daemon, calling(daemon.terminal) as caller:
        minted, used = await mint(daemon), await ticket(daemon)
        opened = await caller.connect(f"{PATH}?ticket={used}")
        refused = await caller.refusal(f"{PATH}?ticket={used}")
        await caller.refusal(forged, headers=bearer(minted))
        await opened.aclose()
        await daemon.stop()
        log = (daemon.home / "server" / "server.log").read_text()

    lines = [json.loads(line) for line in log.splitlines()]
    told = [line for line in lines if line.get("path") == PATH]
    assert refused[0] == 401
    assert sorted(line["code"] for line in told) == ["1000", "TICKET_INVALID"]
    assert not [secret for secret in (used, minted["token"]) if secret in log]
    assert "\x1b" not in log


async def test_a_ticket_for_a_session_names_one_that_there_is(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        orders: list[dict[str, str]] = [
            {"action": "session.watch"},
            {"action": "session.watch", "session": "none"},
            {"action": "events.follow"},
        ]
        answers = [await daemon.ask("POST", "/api/auth/tickets", order) for order in orders]

    assert [answer.status for answer in answers] == [400, 404, 201]
    assert "session" in answers[0].json["detail"]


ORIGINS = ["https://evil.example", "null", "http://localhost", "http://rdvd"]


async def test_no_page_of_a_browser_opens_or_asks_anything(tmp_path: Path):
    async with living(tmp_path / "home") as daemon, calling(daemon.terminal) as caller:
        document = (await daemon.ask("GET", "/openapi.json")).json["paths"]
        routes = [(method, path) for path, methods in document.items() for method in methods]
        answers = [
            await daemon.ask(method.upper(), path.format(id="x"), Origin=ORIGINS[0])
            for method, path in routes
        ]
        refusals = [
            await caller.refusal(PATH, headers=[(b"Origin", origin.encode())]) for origin in ORIGINS
        ]

    assert {answer.status for answer in answers} == {403}
    assert len(answers) > 10
    assert set(refusals) == {(403, "ORIGIN_REFUSED")}


async def test_a_file_in_the_place_of_the_terminal_socket_is_not_removed(tmp_path: Path):
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    (run / "terminal.sock").symlink_to("elsewhere")

    ended = await trio.to_thread.run_sync(rdvd, tmp_path / "home", run)

    assert ended.returncode == 78
    assert "terminal.sock" in ended.stderr
    assert [path.name for path in run.iterdir()] == ["terminal.sock"]


ASK_AS = """
import os, socket, sys
os.setuid(int(sys.argv[2]))
with socket.socket(socket.AF_UNIX) as wire:
    wire.connect(sys.argv[1])
    wire.settimeout(10)
    try:
        wire.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        print(len(wire.recv(100)))
    except ConnectionError:
        print(0)
"""
NOBODY = 65534


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
async def test_another_user_of_the_system_is_not_heard_even_if_the_modes_were_loosened(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        for path in (daemon.run.parent, daemon.run, daemon.socket, daemon.terminal):
            path.chmod(0o777)

        def ask_as(user: int, path: Path) -> str:
            return subprocess.run(
                [sys.executable, "-I", "-c", ASK_AS, str(path), str(user)],
                capture_output=True, text=True, timeout=A_WHILE, check=True,
            ).stdout  # fmt: skip

        heard = [
            await trio.to_thread.run_sync(ask_as, user, path)
            for path in (daemon.socket, daemon.terminal)
            for user in (os.getuid(), NOBODY)
        ]

    assert [int(length) > 0 for length in heard] == [True, False, True, False]


async def test_a_close_that_comes_with_nonsense_is_answered_and_the_stream_is_over(tmp_path: Path):
    async with living(tmp_path / "home") as daemon, calling(daemon.terminal) as caller:
        wire = await caller.open_wire(PATH)
        await wire.send_all(frame(2, b"\xff") * 3)
        code = await hear_close(wire)
        client = await caller.connect(PATH)
        await say(client, type="subscribe", types=["x" * 65])

        assert (await hear(client))["type"] == "hello"
        assert (await hear(client))["type"] == "error"
    assert code == 1008
