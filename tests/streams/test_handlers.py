"""What a handler may rely on, over real sockets."""

import os
from pathlib import Path
from typing import Any

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from actors import Unavailable
from rdvd.ground.errors import Conflict, NotFound
from rdvd.identity import Principal
from rdvd.limits import Guard, LimitSettings
from rdvd.streams import Entrance, Farewell, Gone, Stream, StreamRoute
from tests.identity.house import house

from .handling import SPENT, echo, handled, let
from .visits import KNOCK, closing, frame, serving


async def test_a_handler_knows_who_came_where_and_how(tmp_path: Path):
    seen: list[Any] = []

    async def handler(stream: Stream) -> None:
        seen.append((type(stream.principal).__name__, stream.path, stream.query, stream.protocol))
        assert stream.peer.pid == os.getpid()

    async with handled(tmp_path, handler) as served:
        client = await served.connect("/ws/x/a%20b?cols=80", subprotocols=["old", "new"])
        assert (await closing(client))[0] == 1000

    assert seen == [("Owner", {"id": "a b"}, {"cols": "80"}, "new")]
    assert client.subprotocol == "new"


async def test_text_and_bytes_go_both_ways_unchanged(tmp_path: Path):
    async with handled(tmp_path, echo) as served:
        client = await served.connect("/ws/x/1")
        for message in ("é\0", b"\xff\0\x80", "", b""):
            await client.send_message(message)
            assert await client.get_message() == message


async def test_nothing_that_a_client_sent_before_it_left_is_lost(tmp_path: Path):
    heard: list[str | bytes] = []
    is_over = trio.Event()

    async def handler(stream: Stream) -> None:
        await wait_all_tasks_blocked(0.05)  # it has left long ago
        try:
            while True:
                heard.append(await stream.receive())
        except Gone:
            is_over.set()

    async with handled(tmp_path, handler) as served:
        wire = await served.open_wire("/ws/x/1")
        await wire.send_all(b"".join(frame(1, b"%d" % n) for n in range(50)))
        await wire.aclose()
        await is_over.wait()

    assert heard == [str(n) for n in range(50)]


async def test_frames_that_come_together_with_the_handshake_are_heard(tmp_path: Path):
    async with handled(tmp_path, echo) as served:
        for end in (b"\r\n", b"\n"):
            wire = await served.wire()
            knock = KNOCK % (b"/ws/x/1", b"") + frame(1, b"first") + frame(2, b"second")
            await wire.send_all(knock.replace(b"\r\n", end))
            said = b""
            with trio.fail_after(5):
                while not said.endswith(b"\x81\x05first\x82\x06second"):
                    said += await wire.receive_some()

            assert said.startswith(b"HTTP/1.1 101 ")


async def test_a_ping_is_answered_between_two_messages_and_inside_of_one(tmp_path: Path):
    async with handled(tmp_path, echo) as served:
        wire = await served.open_wire("/ws/x/1")
        await wire.send_all(frame(1, b"a", fin=False) + frame(9, b"?!") + frame(0, b"b"))
        said = b""
        with trio.fail_after(5):
            while len(said) < 8:
                said += await wire.receive_some()

    assert said == b"\x8a\x02?!" + b"\x81\x02ab"


async def test_who_sends_without_end_leaves_others_their_turn(tmp_path: Path):
    """One read holds thousands of messages, and none of them has to be waited for."""
    heard = 0

    async def handler(stream: Stream) -> None:
        nonlocal heard
        while True:
            await stream.receive()
            heard += 1

    async with handled(tmp_path, handler) as served:
        wire = await served.open_wire("/ws/x/1")
        await wire.send_all(frame(1, b"") * 2_000)
        turns = 0
        with trio.fail_after(10):
            while heard < 2_000:
                await trio.lowlevel.checkpoint()
                turns += 1

    assert turns >= 1_500


async def test_it_ends_as_the_handler_says(tmp_path: Path):
    async def handler(stream: Stream) -> Farewell | None:
        match stream.path["id"]:
            case "farewell":
                return SPENT
            case "conflict":
                raise Conflict("another one " + "é" * 200)
            case "missing":
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(raise_not_found)
            case _:
                pass
        return None

    async def raise_not_found() -> None:
        raise NotFound("no such thing")

    async with handled(tmp_path, handler) as served:
        ends = {
            word: await closing(await served.connect(f"/ws/x/{word}"))
            for word in ("farewell", "conflict", "missing", "none")
        }

    assert ends["farewell"] == (4001, "spent")
    assert ends["conflict"] == (4409, "another one " + "é" * 55)
    assert ends["missing"] == (4404, "no such thing")
    assert ends["none"] == (1000, None)


async def test_a_fault_in_one_handler_is_logged_and_ends_no_other_stream(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async def handler(stream: Stream) -> None:
        if stream.path["id"] == "break":
            raise ZeroDivisionError
        await echo(stream)

    async with handled(tmp_path, handler) as served:
        other = await served.connect("/ws/x/1")
        broken = await closing(await served.connect("/ws/x/break"))
        await other.send_message("still here")
        assert await other.get_message() == "still here"

    assert broken == (1011, "something failed here: see the daemon's log")
    assert [record.msg for record in caplog.records if record.levelname == "ERROR"] == [
        "stream_failed"
    ]


async def test_whoever_ends_a_stream_cancels_its_handler_wherever_it_waits(tmp_path: Path):
    cleaned_up = trio.Event()

    async def handler(stream: Stream) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end_it, stream)
            try:
                await trio.sleep_forever()
            finally:
                cleaned_up.set()

    async def end_it(stream: Stream) -> None:
        await stream.receive()
        stream.end(SPENT)
        stream.end(Farewell(4002, "the second one is not heard"))

    async with handled(tmp_path, handler) as served:
        client = await served.connect("/ws/x/1")
        await client.send_message("end")
        assert await closing(client) == (4001, "spent")

    assert cleaned_up.is_set()


async def test_beyond_the_limit_a_client_waits_for_another_to_leave(tmp_path: Path):
    async with handled(tmp_path, echo, most=2) as served:
        first, _ = [await served.connect("/ws/x/1") for _ in range(2)]
        is_in = trio.Event()

        async def third() -> None:
            await served.connect("/ws/x/1")
            is_in.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(third)
            await wait_all_tasks_blocked(0.05)
            assert not is_in.is_set()
            await first.aclose()
            with trio.fail_after(1):
                await is_in.wait()


async def test_who_does_not_say_who_they_are_makes_room_for_who_does(tmp_path: Path):
    async with handled(tmp_path, echo, most=8) as served:
        inside = await served.connect("/ws/x/1")
        silent = [await trio.open_unix_socket(str(served.path)) for _ in range(9)]

        with trio.fail_after(4):
            newcomer = await served.connect("/ws/x/1")
            assert await silent[0].receive_some(1) == b""
        for client in (inside, newcomer):
            await client.send_message("still here")
            assert await client.get_message() == "still here"
        for each in silent:
            await each.aclose()


class Forgetful(Entrance):
    async def check_still_good(self, principal: Principal) -> None:
        raise Unavailable("auth is down")


async def test_while_nobody_can_tell_whether_a_token_is_good_its_stream_begins_anew(tmp_path: Path):
    route = StreamRoute("/ws/x/<id>", echo, let)
    async with house(tmp_path) as home:
        door = Forgetful(home.auth, Guard(LimitSettings()))
        async with serving(tmp_path, [route], door, home) as served:
            assert (await closing(await served.connect("/ws/x/1")))[0] == 1012


async def test_a_handler_that_meets_a_part_that_is_down_ends_the_same_way(tmp_path: Path):
    async def handler(stream: Stream) -> None:
        raise Unavailable("restarting")

    async with handled(tmp_path, handler) as served:
        assert (await closing(await served.connect("/ws/x/1")))[0] == 1012
