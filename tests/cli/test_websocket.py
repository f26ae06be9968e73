"""The blocking client of streams, against the real server of them."""

from pathlib import Path

import pytest
import trio

from rdvd.cli.exits import Failure
from rdvd.cli.websocket import Closed, opened
from rdvd.streams import Farewell, Stream
from tests.streams.handling import SPENT, echo, handled

LARGE = b"\xff\0" * 200_000


async def test_text_and_bytes_of_any_size_go_both_ways(tmp_path: Path):
    def talk() -> list[bool]:
        with opened(tmp_path / "t.sock", "/ws/x/1", protocols=["old"]) as stream:
            assert stream.subprotocol == "old"
            heard: list[bool] = []
            for message in ("é" * 100_000, LARGE, "", b""):
                stream.send(message)
                answer = stream.receive(10)
                heard.append((type(answer), answer) == (type(message), message))
            return heard

    async with handled(tmp_path, echo, largest_message=1_000_000):
        assert await trio.to_thread.run_sync(talk) == [True] * 4


async def test_what_comes_together_is_received_one_by_one_and_then_the_time_is_over(tmp_path: Path):
    async def handler(stream: Stream) -> Farewell:
        for number in range(100):
            await stream.send(str(number))
        await stream.receive()
        return SPENT

    def listen() -> tuple[list[str | bytes], int]:
        with opened(tmp_path / "t.sock", "/ws/x/1") as stream:
            heard = [stream.receive(10) for _ in range(100)]
            with pytest.raises(TimeoutError):
                stream.receive(0.01)
            stream.send("enough")
            with pytest.raises(Closed, match="spent") as closed:
                stream.receive(10)
            return heard, closed.value.code

    async with handled(tmp_path, handler):
        heard, code = await trio.to_thread.run_sync(listen)

    assert heard == [str(number) for number in range(100)]
    assert code == SPENT.code


async def test_a_server_that_vanishes_is_an_end_without_a_goodbye(tmp_path: Path):
    async def handler(stream: Stream) -> None:
        await stream.receive()
        stream._socket._wire.cut()  # pyright: ignore[reportPrivateUsage] - as if the daemon were killed

    def listen() -> int:
        with opened(tmp_path / "t.sock", "/ws/x/1") as stream:
            stream.send("now")
            with pytest.raises(Closed) as closed:
                stream.receive(10)
            return closed.value.code

    async with handled(tmp_path, handler):
        assert await trio.to_thread.run_sync(listen) == 1006


async def test_a_refusal_is_a_failure_with_the_daemons_reason(tmp_path: Path):
    def knock() -> None:
        with opened(tmp_path / "t.sock", "/ws/nowhere"):
            pass

    async with handled(tmp_path, echo):
        with pytest.raises(Failure, match="no such stream") as failure:
            await trio.to_thread.run_sync(knock)

    assert failure.value.code == 3
