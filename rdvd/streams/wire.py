"""The socket below a WebSocket: what the kernel takes and gives, and it can be cut at any time."""

import os
import socket

import trio

from .types import Gone

RECEIVED_AT_ONCE = 16 * 1024


class Wire:
    """`Gone` as soon as there is nobody at the other end, or it was cut at this one."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._descriptor = stream.socket.fileno()  # -1 once it was cut, which nothing else does

    def hold_at_most(self, size: int) -> None:
        """Of what the other end has not read yet, the kernel takes so much from us. It counts what
        it keeps around each piece too, and twice as much in all, see socket(7)."""
        if self._descriptor >= 0:
            self._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)

    async def receive(self) -> bytes:
        """At least one byte. It waits first: mostly there is nothing yet."""
        while self._descriptor >= 0:
            try:
                await trio.lowlevel.wait_readable(self._descriptor)
            except trio.ClosedResourceError:
                break
            data = self._receive_now()
            if data is not None:
                return data
        raise Gone

    def _receive_now(self) -> bytes | None:
        try:
            data = os.read(self._descriptor, RECEIVED_AT_ONCE)
        except BlockingIOError:
            return None
        except OSError:  # also of a socket that was cut meanwhile
            raise Gone from None
        if not data:
            raise Gone
        return data

    def send_now(self, data: bytes) -> int:
        """How much of it the kernel takes without waiting."""
        try:
            return os.write(self._descriptor, data)
        except OSError:  # no room, or nobody there: whoever waits to send the rest learns which
            return 0

    async def send_all(self, data: bytes) -> None:
        try:
            await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Gone from None

    def cut(self) -> None:
        """No checkpoint: whoever waits for this socket wakes up to find it closed."""
        self._descriptor = -1
        self._stream.socket.close()
