"""The handshake of a WebSocket: what a client asks for, and what it is answered."""

import re
from contextlib import suppress

from attrs import evolve
from h11 import LocalProtocolError
from wsproto import ConnectionType
from wsproto.events import AcceptConnection, RejectConnection, RejectData, Request
from wsproto.handshake import H11Handshake
from wsproto.utilities import RemoteProtocolError

from rdvd.ground.answers import Answer, answer_trouble
from rdvd.ground.errors import BadInput
from rdvd.ground.ids import new_id
from rdvd.ground.problems import trouble_of

from .types import Gone
from .wire import Wire

END_OF_HEAD = re.compile(rb"\n\r?\n")
NO_WEBSOCKET = "this socket takes WebSockets of version 13 alone; the API is on the other socket"
Header = tuple[bytes, bytes]


class Greeting:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._handshake = H11Handshake(ConnectionType.SERVER)
        self._tail = b""  # of what was read: its first frames come with a client in a hurry
        self.early = b""

    async def hear(self) -> Request:
        """What it asks for; `Gone` if it leaves first, or was told what is spoken here."""
        while True:
            data = await self._wire.receive()
            self._note(data)
            try:
                self._handshake.receive_data(data)
            except RemoteProtocolError as error:
                await self._refuse(error)
                raise Gone from None
            for event in self._handshake.events():
                assert isinstance(event, Request)
                return event

    async def accept(self, subprotocol: str | None) -> None:
        """Nothing is ever compressed: that costs tens of times what it saves on one machine."""
        answer = self._handshake.send(AcceptConnection(subprotocol=subprotocol))
        await self._wire.send_all(answer)

    async def reject(self, answer: Answer, headers: list[Header] | None = None) -> None:
        own = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        own += [(b"Content-Length", b"%d" % len(answer.body)), (b"Connection", b"close")]
        event = RejectConnection(answer.status, own + (headers or []), has_body=True)
        said = self._handshake.send(event)
        with suppress(LocalProtocolError):  # the answer to HEAD has none
            said += self._handshake.send(RejectData(answer.body))
        await self._wire.send_all(said)

    async def _refuse(self, error: RemoteProtocolError) -> None:
        """Who is refused by the protocol alone is told why, like everybody else."""
        hint = error.event_hint
        assert isinstance(hint, RejectConnection)
        trouble = evolve(trouble_of(BadInput(NO_WEBSOCKET)), status=hint.status_code)
        await self.reject(answer_trouble(trouble, new_id()), list(hint.headers))

    def _note(self, data: bytes) -> None:
        recent = self._tail + data
        end = END_OF_HEAD.search(recent)
        self.early = recent[end.end() :] if end else b""
        self._tail = recent[-3:]
