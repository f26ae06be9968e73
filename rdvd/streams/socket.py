"""One accepted WebSocket: messages in and out, pings answered, goodbyes said and heard."""

import trio

from .frames import (
    BrokenFrame,
    Goodbye,
    Inbox,
    Opcode,
    Ping,
    Said,
    write_frame,
    write_goodbye,
)
from .outlet import Outlet
from .types import Farewell, Gone
from .wire import Wire


class Socket:
    """The server's side. What nobody receives is not read."""

    def __init__(self, wire: Wire, early: bytes, largest_message: int, longest_send: float) -> None:
        self.outlet = Outlet(wire, longest_send)
        self.hold_at_most = wire.hold_at_most
        self._wire = wire
        self._inbox = Inbox(largest_message)
        self._early = early
        self._has_left = False  # it said goodbye, or what makes us end it

    async def receive(self) -> str | bytes:
        """The next message; `Gone` after the last. One task at a time."""
        while not self._has_left:
            try:
                said, has_waited = self._said_already(), False
                while said is None:
                    said, has_waited = self._inbox.hear(await self._wire.receive()), True
            except BrokenFrame as broken:
                self._has_left = True
                await self._say_last(broken.code, str(broken))
                break
            if isinstance(said, bytes | str):
                if not has_waited:  # yet it is the others' turn
                    await trio.lowlevel.checkpoint()
                return said
            await self._heed(said)
        raise Gone

    async def leave(self, farewell: Farewell) -> None:
        """Say goodbye, and wait for the client to say it too."""
        if not self._has_left:
            await self._say_last(farewell.code, farewell.reason)
        try:
            while not self._has_left:
                await self.receive()  # whatever it still said, nobody is there to hear it
        except Gone:
            return

    def _said_already(self) -> Said | None:
        if self._early:
            early, self._early = self._early, b""
            return self._inbox.hear(early)
        return None if self._inbox.is_empty else self._inbox.next()

    async def _heed(self, said: Ping | Goodbye) -> None:
        if isinstance(said, Ping):
            if not self.outlet.is_over:
                await self.outlet.send(write_frame(Opcode.PONG, said.payload))
            return
        self._has_left = True
        await self._say_last(said.code)

    async def _say_last(self, code: int | None, reason: str = "") -> None:
        if not self.outlet.is_over:
            await self.outlet.send(write_goodbye(code, reason), is_last=True)
