"""The same JSON to fifty WebSockets, to clients in the same process that hardly parse.

Events come in bursts, as facts do, and each burst is awaited: nobody is ahead of its clients.
"""

import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import trio
from attrs import define, field
from trio_websocket import WebSocketConnection, WebSocketRequest, wrap_server_stream

from actors import Topic
from rdvd.events import Events
from rdvd.events.routes import event_stream
from rdvd.ground.doors import Rules
from rdvd.ground.live import Live
from rdvd.ground.peer import Peer
from rdvd.identity import Owner, Principal, TokenRevoked, UserId
from rdvd.limits import Category
from rdvd.streams import Census, Entrance, serve_streams
from rdvd.streams.handshake import Knock

from .stopwatch import Stopwatch

CLIENTS, BURST = 50, 100
KNOCK = (
    b"GET /ws/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SUBSCRIBE = b'{"type":"subscribe"}'
FRAME = b"\x81"  # how each begins, and what is nowhere else in short ASCII
DATA = {"place": "rdvd/auth"}

Tell = Callable[[], Awaitable[None]]


@define
class Ear:
    """Counts what it hears; several wait for one number."""

    stream: trio.SocketStream
    heard: int = 0
    changed: trio.Event = field(factory=trio.Event)

    async def listen(self) -> None:
        async for data in self.stream:
            self.heard += data.count(FRAME)
            self.changed.set()
            self.changed = trio.Event()

    async def wait_for(self, number: int) -> None:
        while self.heard < number:
            await self.changed.wait()


class OpenDoor(Entrance):
    """Who comes in is not what is measured here."""

    def __init__(self) -> None:
        pass

    def refuse_foreign_origin(self, knock: Knock) -> None:
        assert knock.path

    async def by_knock(self, knock: Knock, peer: Peer) -> Principal:
        assert knock.path
        assert peer
        return Owner(UserId("me"))

    def count(self, principal: Principal, category: Category) -> None:
        assert principal
        assert category

    async def check_still_good(self, principal: Principal) -> None:
        assert principal


async def ours(times: int) -> float:
    events, census = Events(), Census()

    async def tell() -> None:
        events.publish("actor.started", DATA, None)

    async def serve(doors: list[socket.socket], **started: Any) -> None:
        await serve_streams(
            Live(doors), OpenDoor(), [event_stream(events)], Topic[TokenRevoked]("ended"),
            census=census, rules=Live(Rules()), stopping=trio.Event(), **started,
        )  # fmt: skip

    async with listening(serve, subscribe=True) as ears:
        return await broadcast(tell, ears, times)


async def bare(times: int) -> float:
    """One send after the other: one slow client would make all others wait."""
    everybody: list[WebSocketConnection] = []

    async def handle(request: WebSocketRequest) -> None:
        everybody.append(await request.accept())
        await trio.sleep_forever()

    async def tell() -> None:
        text = message()
        for client in everybody:
            await client.send_message(text)

    async with listening(partial(serve_bare, handle)) as ears:
        return await broadcast(tell, ears, times)


async def queued(times: int) -> float:
    """What it takes at least not to wait for the slowest."""
    queues: list[trio.MemorySendChannel[str]] = []

    async def handle(request: WebSocketRequest) -> None:
        client = await request.accept()
        queue, waiting = trio.open_memory_channel[str](256)
        queues.append(queue)
        async for text in waiting:
            await client.send_message(text)

    async def tell() -> None:
        text = message()
        for queue in queues:
            queue.send_nowait(text)

    async with listening(partial(serve_bare, handle)) as ears:
        return await broadcast(tell, ears, times)


def message() -> str:
    return json.dumps({"seq": 17, "at": 1_760_000_000_000, "type": "actor.started", "data": DATA})


async def broadcast(tell: Tell, ears: list[Ear], times: int) -> float:
    before = [ear.heard for ear in ears]
    events, told = times // CLIENTS, 0
    with Stopwatch() as watch:
        while told < events:
            burst = min(BURST, events - told)
            for _ in range(burst):
                await tell()
            told += burst
            for ear, start in zip(ears, before, strict=True):
                await ear.wait_for(start + told)
    return watch.seconds


async def serve_bare(
    handle: Callable[[WebSocketRequest], Awaitable[None]],
    sockets: list[socket.socket],
    task_status: trio.TaskStatus[Any],
) -> None:
    async def wrap(stream: trio.SocketStream) -> None:
        async with trio.open_nursery() as nursery:
            await handle(await wrap_server_stream(nursery, stream))

    listeners = [trio.SocketListener(trio.socket.from_stdlib_socket(each)) for each in sockets]
    task_status.started()
    await trio.serve_listeners(wrap, listeners)


@asynccontextmanager
async def listening(
    serve: Callable[..., Awaitable[object]], *, subscribe: bool = False
) -> AsyncGenerator[list[Ear], None]:
    """Everybody is connected, and hears."""
    with bound() as (door, path):
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(serve, [door]))
            ears = [Ear(await connect(path)) for _ in range(CLIENTS)]
            for ear in ears:
                nursery.start_soon(ear.listen)
            if subscribe:
                for ear in ears:
                    await ear.stream.send_all(bytes([0x81, 0x80 | len(SUBSCRIBE), 0, 0, 0, 0]))
                    await ear.stream.send_all(SUBSCRIBE)
                    await ear.wait_for(2)  # the greeting and the snapshot
            yield ears
            nursery.cancel_scope.cancel()


async def connect(path: Path) -> trio.SocketStream:
    stream = await trio.open_unix_socket(path)
    await stream.send_all(KNOCK)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += await stream.receive_some(1)
    assert head.startswith(b"HTTP/1.1 101 ")
    return stream


@contextmanager
def bound() -> Generator[tuple[socket.socket, Path], None, None]:
    with TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as door:
        door.setblocking(False)
        path = Path(directory) / "bench.sock"
        door.bind(str(path))
        door.listen(128)
        yield door, path
