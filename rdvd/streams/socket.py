"""trio-websocket's connection, with what it leaves open closed."""

import trio
from attrs import evolve
from trio_websocket import ConnectionClosed, WebSocketConnection, WebSocketRequest
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    BytesMessage,
    CloseConnection,
    Event,
    RejectConnection,
    RejectData,
    TextMessage,
)

from rdvd.ground.answers import answer_trouble
from rdvd.ground.errors import BadInput
from rdvd.ground.ids import new_id
from rdvd.ground.problems import trouble_of

from .wire import Wire

RECEIVED_AT_ONCE = 16 * 1024
NO_WEBSOCKET = "this socket takes WebSockets of version 13 alone; the API is on the other socket"


class Socket(WebSocketConnection):
    """The server's side. One message waits to be received; until it is, none is read."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(
            wire, WSConnection(ConnectionType.SERVER), receive_buffer_size=RECEIVED_AT_ONCE
        )
        self._wire = wire

    async def greet(self, nursery: trio.Nursery) -> WebSocketRequest:
        """Read from now on; what the client asks for."""
        nursery.start_soon(self._reader_task)
        return await self._get_request()

    def take_up_to(self, largest_message: int) -> None:
        self._max_message_size = largest_message

    async def _send(self, event: Event) -> None:
        """Who is refused by the protocol alone is told why, like everybody else."""
        if not isinstance(event, RejectConnection) or event.has_body:
            await super()._send(event)
            return
        trouble = evolve(trouble_of(BadInput(NO_WEBSOCKET)), status=event.status_code)
        answer = answer_trouble(trouble, new_id())
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        headers += [(b"Content-Length", b"%d" % len(answer.body)), (b"Connection", b"close")]
        headers += event.headers
        await super()._send(RejectConnection(event.status_code, headers, has_body=True))
        await super()._send(RejectData(answer.body))

    def send_now(self, message: str | bytes) -> bytes | None:
        """What the kernel did not take without waiting; None: nothing was tried, for it is not
        this message's turn."""
        if self._close_reason or self._stream_lock.locked():
            return None
        event = TextMessage(message) if isinstance(message, str) else BytesMessage(message)
        data = self._wsproto.send(event)
        return data[self._wire.send_now(data) :]

    async def send_rest(self, rest: bytes) -> None:
        """At once after `send_now`, so that no other frame falls in between."""
        async with self._stream_lock:
            try:
                await self._stream.send_all(rest)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                await self._abort_web_socket()
                raise ConnectionClosed(self._close_reason) from None

    async def _handle_message_event(self, event: BytesMessage | TextMessage) -> None:
        """Empty pieces of a message that does not end would be kept, and never be too large."""
        if event.data or event.message_finished:
            await super()._handle_message_event(event)

    async def _handle_close_connection_event(self, event: CloseConnection) -> None:
        """A broken frame is reported like a close; the client has yet to hear of it."""
        if self._wsproto.state is ConnectionState.OPEN:
            await self._send(CloseConnection(event.code, event.reason))
        await super()._handle_close_connection_event(event)
