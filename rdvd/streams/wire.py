"""The socket below a WebSocket: it tells when it ends, and can be cut without waiting."""

import os
from collections.abc import Callable

import trio


def _nobody_asks() -> None:
    return None


class Wire(trio.abc.Stream):
    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self.on_end: Callable[[], None] = _nobody_asks

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._stream.send_all(data)

    def send_now(self, data: bytes) -> int:
        """How much of it the kernel takes without waiting."""
        try:
            return os.write(self._stream.socket.fileno(), data)
        except OSError:  # no room, or nobody there: whoever waits to send the rest learns which
            return 0

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        try:
            data = await self._stream.receive_some(max_bytes)
        except trio.BrokenResourceError:
            self.on_end()
            raise
        if not data:
            self.on_end()
        return data

    async def aclose(self) -> None:
        self.cut()
        await trio.lowlevel.checkpoint()

    def cut(self) -> None:
        """No checkpoint: whoever waits for this socket wakes up to find it closed."""
        self._stream.socket.close()
        self.on_end()
