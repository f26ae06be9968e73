"""A slow client slows its handler down; a goodbye never falls into the middle of a frame."""

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from rdvd.streams import Gone, Stream

from .handling import SPENT, handled, until_nobody_is_left
from .visits import closing, frame, hear_close

FLOOD = b"x" * 8_000_000  # far more than a socket takes


async def test_a_client_that_does_not_read_makes_the_handler_wait(tmp_path: Path):
    sent: list[int] = []

    async def handler(stream: Stream) -> None:
        for number in range(1_000):
            await stream.send(b"x" * 64_000)
            sent.append(number)

    async with handled(tmp_path, handler) as served:
        client = await served.connect("/ws/x/1")
        await wait_all_tasks_blocked(0.05)
        waiting = len(sent)
        for _ in range(1_000):
            await client.get_message()

    assert waiting < 50
    assert len(sent) == 1_000


async def test_what_is_being_sent_when_a_stream_ends_is_finished_first(tmp_path: Path):
    async def handler(stream: Stream) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.send, FLOOD)
            await stream.receive()
            stream.end(SPENT)

    async with handled(tmp_path, handler) as served:
        client = await served.connect("/ws/x/1", max_message_size=len(FLOOD))
        await client.send_message("end")
        assert await client.get_message() == FLOOD
        assert await closing(client) == (4001, "spent")


async def test_a_client_that_does_not_take_it_in_time_is_cut_and_sees_no_frame_in_another(
    tmp_path: Path, autojump_clock: MockClock
):
    async def handler(stream: Stream) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.send, FLOOD)
            await stream.receive()
            stream.end(SPENT)

    async with handled(tmp_path, handler) as served:
        wire = await served.open_wire("/ws/x/1")
        began = trio.current_time()
        await wire.send_all(frame(1, b"end"))
        await until_nobody_is_left(served)
        assert trio.current_time() - began == pytest.approx(SPENT.seconds, abs=0.2)
        assert await hear_close(wire) is None


async def test_a_send_that_is_cancelled_cuts_the_client_off_when_its_time_is_over(
    tmp_path: Path, autojump_clock: MockClock
):
    after: list[object] = []
    is_over = trio.Event()

    async def handler(stream: Stream) -> None:
        with trio.move_on_after(1), pytest.raises(Gone):
            await stream.send(FLOOD)
        after.append(trio.current_time() - began)
        with pytest.raises(Gone):
            await stream.send("into the middle of it")
        after.append("gone")
        is_over.set()

    async with handled(tmp_path, handler, longest_send=10.0) as served:
        began = trio.current_time()
        wire = await served.open_wire("/ws/x/1")
        await is_over.wait()
        assert await hear_close(wire) is None

    assert after == [pytest.approx(10, abs=0.2), "gone"]


async def test_no_more_waits_for_who_does_not_read_than_the_handler_wants(tmp_path: Path):
    taken, is_full, size = 0, trio.Event(), 16 * 1024

    async def handler(stream: Stream) -> None:
        nonlocal taken
        stream.hold_at_most(size)
        while (rest := stream.send_at_once(bytes(1024))) is None:
            taken += 1024
        is_full.set()
        await rest

    async with handled(tmp_path, handler) as served:
        wire = await served.open_wire("/ws/x/1")
        await is_full.wait()
        assert taken <= 2 * size
        assert (await hear_close(wire)) == 1000


async def test_what_several_tasks_send_at_once_arrives_whole_and_in_order(tmp_path: Path):
    messages = [FLOOD, *(f"{number}" for number in range(20))]

    async def handler(stream: Stream) -> None:
        async with trio.open_nursery() as nursery:
            for message in messages:
                nursery.start_soon(stream.send, message)
                await wait_all_tasks_blocked()

    async with handled(tmp_path, handler) as served:
        client = await served.connect("/ws/x/1", max_message_size=len(FLOOD))
        received = [await client.get_message() for _ in messages]

    assert received == messages


async def test_an_end_hurries_everybody_who_is_sending(tmp_path: Path, autojump_clock: MockClock):
    gone: list[float] = []

    async def sender(stream: Stream) -> None:
        try:
            await stream.send(FLOOD)
        finally:
            gone.append(trio.current_time())

    async def handler(stream: Stream) -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(sender, stream)
            await stream.receive()
            stream.end(SPENT)

    async with handled(tmp_path, handler) as served:
        wire = await served.open_wire("/ws/x/1")
        await wire.send_all(frame(1, b"end"))
        began = trio.current_time()
        await until_nobody_is_left(served)

    assert gone == [pytest.approx(began + SPENT.seconds, abs=0.2)] * 3


async def test_on_shutdown_everybody_is_told_and_a_stalled_one_is_cut_within_the_grace(
    tmp_path: Path, autojump_clock: MockClock
):
    async def handler(stream: Stream) -> None:
        await stream.send(FLOOD if stream.path["id"] == "stalled" else "hello")
        await stream.receive()

    async with handled(tmp_path, handler) as served:
        await served.open_wire("/ws/x/stalled")
        await served.wire()  # one that never even knocks
        clients = [await served.connect("/ws/x/1") for _ in range(5)]
        await wait_all_tasks_blocked()
        began = trio.current_time()
        served.stopping.set()

        assert [await closing(each) for each in clients] == [(1001, "the daemon stops")] * 5
        assert trio.current_time() - began < 1
        await until_nobody_is_left(served)
        assert trio.current_time() - began < 3


async def test_a_handler_that_shields_itself_outlives_the_grace_but_not_the_nursery(
    tmp_path: Path, autojump_clock: MockClock
):
    cut: list[object] = []

    async def handler(stream: Stream) -> None:
        try:
            with trio.CancelScope(shield=True):
                await stream.receive()
        except Gone:
            cut.append("cut")

    async with handled(tmp_path, handler, grace=1.0) as served:
        await served.open_wire("/ws/x/1")
        served.stopping.set()
        with trio.fail_after(2):
            await until_nobody_is_left(served)

    assert cut == ["cut"]
