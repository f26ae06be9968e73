"""Streams on a real socket, and clients of them, in this very process."""

import json
import math
import socket
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import evolve, field, frozen
from trio.testing import MockClock
from trio_websocket import (
    ConnectionClosed,
    ConnectionRejected,
    WebSocketConnection,
    wrap_client_stream,
)

from actors import Topic
from rdvd.ground.doors import Rules
from rdvd.ground.live import Live
from rdvd.identity import Minted, TokenRevoked
from rdvd.limits import Guard, LimitSettings
from rdvd.streams import Census, Entrance, StreamRoute, serve_streams
from tests.identity.house import House

KNOCK = (
    b"GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n"
)
MASK = b"\0\0\0\0"  # a mask of zeros changes nothing


@contextmanager
def without_jumps() -> Generator[None, None, None]:
    """Who is let in is asked of a thread, and a clock that jumps takes its work for a pause."""
    clock = trio.lowlevel.current_clock()
    if not isinstance(clock, MockClock):
        yield
        return
    threshold, clock.autojump_threshold = clock.autojump_threshold, math.inf
    try:
        yield
    finally:
        clock.autojump_threshold = threshold


@frozen(eq=False, kw_only=True)
class Caller:
    """Opens streams at a path; what it has opened is closed with it, `nursery` runs them."""

    path: Path
    nursery: trio.Nursery
    wires: list[trio.SocketStream] = field(factory=list[trio.SocketStream])

    async def connect(
        self,
        target: str,
        *,
        headers: Sequence[tuple[bytes, bytes]] = (),
        nursery: trio.Nursery | None = None,
        **more: Any,
    ) -> WebSocketConnection:
        wire = await self.wire()
        with without_jumps():
            return await wrap_client_stream(
                nursery or self.nursery, wire, "rdvd", target, extra_headers=list(headers), **more
            )

    async def wire(self) -> trio.SocketStream:
        wire = await trio.open_unix_socket(str(self.path))
        self.wires.append(wire)
        return wire

    async def open_wire(self, target: str, *headers: str) -> trio.SocketStream:
        """Upgraded, and from then on only raw frames: a client that behaves as it likes."""
        wire = await self.wire()
        lines = "".join(f"{header}\r\n" for header in headers)
        await wire.send_all(KNOCK % (target.encode(), lines.encode()))
        head = b""
        with without_jumps():
            while b"\r\n\r\n" not in head:
                head += await wire.receive_some(1)  # not a byte of the first frame
        assert head.startswith(b"HTTP/1.1 101 ")
        return wire

    def hang_up(self) -> None:
        for wire in self.wires:
            wire.socket.close()

    async def refusal(self, target: str, **more: Any) -> tuple[int, str]:
        """Status and code of the problem that it is refused with."""
        with pytest.RaisesGroup(ConnectionRejected) as refused:
            async with trio.open_nursery() as nursery:
                await self.connect(target, nursery=nursery, **more)
        rejected = refused.value.exceptions[0]
        assert isinstance(rejected, ConnectionRejected)
        return rejected.status_code, json.loads(rejected.body or b"")["code"]


@frozen(eq=False, kw_only=True)
class Served(Caller):
    census: Census
    stopping: trio.Event


@asynccontextmanager
async def calling(path: Path) -> AsyncGenerator[Caller, None]:
    async with trio.open_nursery() as nursery:
        caller = Caller(path=path, nursery=nursery)
        try:
            yield caller
        finally:
            nursery.cancel_scope.cancel()
            caller.hang_up()


@asynccontextmanager
async def serving(
    folder: Path,
    routes: Sequence[StreamRoute],
    entrance: Entrance,
    house: House | None,
    **more: Any,  # of the rules
) -> AsyncGenerator[Served, None]:
    path, stopping, census = folder / "t.sock", trio.Event(), Census()
    ended = house.ended if house else Topic[TokenRevoked]("ended")
    with socket.socket(socket.AF_UNIX) as bound, trio.fail_after(60):
        bound.bind(str(path))
        rules = Live(evolve(Rules(grace=3.0), **more))
        serve = partial(
            serve_streams, Live([bound]), entrance, routes, ended, census=census, rules=rules
        )
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(serve, stopping=stopping))
            served = Served(path=path, census=census, stopping=stopping, nursery=nursery)
            try:
                yield served
            finally:
                nursery.cancel_scope.cancel()
                served.hang_up()


def entrance_of(house: House, *, origins: frozenset[str] = frozenset(), **rates: Any) -> Entrance:
    return Entrance(house.auth, Guard(LimitSettings(**rates)), origins)


def bearer(minted: Minted) -> list[tuple[bytes, bytes]]:
    return [(b"Authorization", f"Bearer {minted.secret.reveal()}".encode())]


def frame(opcode: int, data: bytes, *, fin: bool = True, rsv: int = 0) -> bytes:
    """A client's frame, as RFC 6455, 5.2 draws it."""
    size = len(data)
    first = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if size < 126:
        return first + bytes([0x80 | size]) + MASK + data
    if size < 65536:
        return first + bytes([0x80 | 126]) + size.to_bytes(2, "big") + MASK + data
    return first + bytes([0x80 | 127]) + size.to_bytes(8, "big") + MASK + data


async def hear_close(wire: trio.SocketStream) -> int | None:
    """Read to the end: the code of the last frame, if that says goodbye."""
    said = b""
    try:
        async for part in wire:
            said += part
    except trio.BrokenResourceError:
        pass
    return close_code_of(said)


def close_code_of(said: bytes) -> int | None:
    """Of the last of these frames of a server; they must be whole and well-formed up to it."""
    code = None
    while said:
        size, start = said[1] & 0x7F, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(said[2:start], "big")
        if len(said) < start + size:
            return None
        assert said[0] in (0x81, 0x82, 0x88, 0x8A), f"this is no frame: {said[:20]!r}"
        code = int.from_bytes(said[start : start + 2], "big") if said[0] == 0x88 else None
        said = said[start + size :]
    return code


async def closing(client: WebSocketConnection) -> tuple[int, str | None]:
    """Read to the end: the code and the reason."""
    with pytest.raises(ConnectionClosed):
        while True:
            await client.get_message()
    assert client.closed is not None
    return client.closed.code, client.closed.reason
