"""Frames and handshakes of somebody who means harm: each ends that one stream, with a reason."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from rdvd.streams.patterns import match
from tests.ground.loop import Loop

from .handling import echo, handled
from .visits import KNOCK, frame, hear_close

TEXT, BINARY, MORE, PING = 1, 2, 0, 9
BOMB = b"\x62\x60\xa0\x3d\x00\x00" * 100  # what permessage-deflate would blow up

HOSTILE = {
    "a message too large": (frame(TEXT, b"x" * 20_000), 1009),
    "a frame of nearly 2**63 bytes": (b"\x82\xff\x7f" + b"\xff" * 7 + b"\0" * 20_000, 1009),
    "a message too large in many pieces": (
        frame(TEXT, b"x" * 100, fin=False) + frame(MORE, b"x" * 100, fin=False) * 200, 1009,
    ),
    "text that is not UTF-8": (frame(TEXT, b"\xc3\x28"), 1007),
    "text that breaks off inside a letter": (frame(TEXT, b"\xe2\x82"), 1007),
    "a compressed frame that nobody agreed to": (frame(BINARY, BOMB, rsv=4), 1002),
    "an opcode that does not exist": (frame(3, b""), 1002),
    "a frame without a mask": (b"\x81\x02hi", 1002),
    "a continuation of nothing": (frame(MORE, b"x"), 1002),
    "a new message inside another": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "a ping in pieces": (frame(PING, b"x", fin=False), 1002),
    "a ping too long": (frame(PING, b"x" * 126), 1002),
    "a close code that may not be sent": (frame(8, b"\x03\xed"), 1002),
}  # fmt: skip


NO_KNOCKS = {
    "an ordinary request": (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a method without a body": (b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "another version": (KNOCK.replace(b"13", b"12") % (b"/ws/x/1", b""), 426),
    "no HTTP": (b"hello\r\n\r\n", 400),
}


@pytest.mark.parametrize("what", NO_KNOCKS)
async def test_who_comes_without_a_websocket_is_told_where_to_go(what: str, tmp_path: Path):
    said, status = NO_KNOCKS[what]
    async with handled(tmp_path, echo) as served:
        wire = await served.wire()
        await wire.send_all(said)
        with trio.fail_after(5):
            head, _, body = b"".join([each async for each in wire]).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/problem+json" in head
    if not said.startswith(b"HEAD"):
        problem = json.loads(body)
        assert problem["status"] == status
        assert "API" in problem["detail"]


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_frame_ends_that_stream_with_a_code_and_no_other(what: str, tmp_path: Path):
    said, code = HOSTILE[what]
    async with handled(tmp_path, echo) as served:
        other = await served.connect("/ws/x/1")
        wire = await served.open_wire("/ws/x/1")
        with trio.fail_after(5):
            await wire.send_all(said)
            assert await hear_close(wire) == code
        await other.send_message("still here")

        assert await other.get_message() == "still here"


async def test_compression_is_never_agreed_to(tmp_path: Path):
    async with handled(tmp_path, echo) as served:
        wire = await served.wire()
        offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        await wire.send_all(KNOCK % (b"/ws/x/1", offer))

        assert b"extensions" not in (await wire.receive_some()).lower()


async def test_endless_empty_pieces_of_a_message_cost_no_memory(tmp_path: Path):
    piece = frame(MORE, b"", fin=False) * 20_000
    async with handled(tmp_path, echo) as served:
        wire = await served.open_wire("/ws/x/1")
        await wire.send_all(frame(TEXT, b"a", fin=False) + piece)
        await wait_all_tasks_blocked()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await wire.send_all(piece)
        await wait_all_tasks_blocked(0.01)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await wire.send_all(frame(MORE, b"b"))

        assert await wire.receive_some() == b"\x81\x02ab"
    assert after - before < 20_000


BAD_HEADS = [
    b"nonsense\r\n\r\n",
    b"GET /ws/x/1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /ws/x/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    b"GET /ws/x/1 HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    b"GET /ws/x/" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    (KNOCK % (b"/ws/x/1", b"")).replace(b": 13", b": 12"),
    (KNOCK % (b"/ws/x/1", b"")).replace(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b""),
    (KNOCK % (b"http://[x/ws/x/1", b"")),
]


@pytest.mark.parametrize("head", BAD_HEADS, ids=lambda head: head[:40].decode())
async def test_a_handshake_that_is_none_is_answered_with_a_4xx_and_closed(
    head: bytes, tmp_path: Path
):
    async with handled(tmp_path, echo) as served:
        wire, answer = await served.wire(), b""
        with trio.fail_after(2):
            try:
                await wire.send_all(head)
                async for part in wire:
                    answer += part
            except trio.BrokenResourceError:
                pass

        assert answer.startswith(b"HTTP/1.1 4")
        assert served.census.total == 0


async def test_a_handshake_that_drips_is_cut_after_five_seconds(
    tmp_path: Path, autojump_clock: MockClock
):
    async with handled(tmp_path, echo) as served:
        wire = await served.wire()
        began = trio.current_time()
        with pytest.raises(trio.BrokenResourceError):
            for byte in b"GET /ws/x/1 HTTP/1.1\r\n" + b"X-A: b\r\n" * 1_000:
                await wire.send_all(bytes([byte]))
                await trio.sleep(0.5)

        assert trio.current_time() - began == pytest.approx(5, abs=1.1)


async def test_thousands_who_connect_and_leave_leave_no_descriptor_behind(tmp_path: Path):
    async with handled(tmp_path, echo) as served:
        before = descriptors()
        for number in range(1_000):
            wire = await trio.open_unix_socket(str(served.path))
            if number % 3:
                await wire.send_all(b"GET /ws" if number % 3 == 1 else KNOCK % (b"/ws/x/1", b""))
            await wire.aclose()
        with trio.fail_after(5):
            while descriptors() > before:
                await wait_all_tasks_blocked()

        assert served.census.total == 0


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no paths are wanted


FRAMES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.builds(
            frame, st.integers(0, 15), st.binary(max_size=200),
            fin=st.booleans(), rsv=st.sampled_from([0, 0, 0, 1, 4]),
        ),
    ),
    max_size=12,
)  # fmt: skip


def test_whatever_a_client_sends_the_next_one_is_served(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
):
    loop, ready, stop = Loop(), trio.Event(), trio.Event()
    paths: list[Path] = []

    @settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(FRAMES)
    def attack(parts: list[bytes]) -> None:
        loop.run(send_and_leave, paths[0], b"".join(parts))

    async def serve(folder: Path) -> None:
        async def stay() -> None:
            async with handled(folder, echo, most=8) as served:
                paths.append(served.path)
                ready.set()
                await stop.wait()

        trio.lowlevel.spawn_system_task(stay)
        await ready.wait()

    async def check_alive() -> None:
        with trio.fail_after(5):
            assert await send_and_leave(paths[0], frame(TEXT, b"hello")) == b"\x81\x05hello"
        stop.set()

    loop.run(serve, tmp_path_factory.mktemp("fuzz"))
    attack()
    loop.run(check_alive)
    loop.close()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def send_and_leave(path: Path, data: bytes) -> bytes:
    async with await trio.open_unix_socket(str(path)) as wire:
        try:
            await wire.send_all(KNOCK % (b"/ws/x/1", b""))
            await wire.receive_some()
            await wire.send_all(data)
            with trio.move_on_after(0.01 if data[:1] != b"\x81" else 1):
                return bytes(await wire.receive_some())
        except trio.BrokenResourceError:
            pass
    return b""


@given(st.text(), st.text())
def test_a_pattern_takes_any_one_part_for_a_name_and_nothing_else(one: str, other: str):
    found = match("/ws/x/<id>", f"/ws/{one}/{other}")

    if found is not None:
        assert one == "x"
        assert "/" not in other
