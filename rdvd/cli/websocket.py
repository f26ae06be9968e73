"""Streams of the daemon over its Unix socket: blocking, with little to import."""

import json
import socket
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from rdvd.cli.client import START_IT, failure_of
from rdvd.cli.exits import DAEMON_DOWN, REFUSED, TIMED_OUT, Failure

AT_ONCE = 64 * 1024
NORMAL, GOING_AWAY, ABNORMAL, RESTARTING, TOO_SLOW = 1000, 1001, 1006, 1012, 1013
WORTH_ANOTHER_TRY = {GOING_AWAY, ABNORMAL, RESTARTING, TOO_SLOW}


class Closed(Exception):
    """The stream has ended, by a close code; 1006 if there was none."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{reason or 'the stream ended'} ({code})")
        self.code, self.reason = code, reason


class WebSocket:
    """One stream. `opened` makes it, and closes it again."""

    def __init__(self, wire: socket.socket) -> None:
        from wsproto import ConnectionType, WSConnection  # lazy: most commands have no stream

        self._wire = wire
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._parts: list[Any] = []  # Any: all of them text, or all of them bytes
        self.subprotocol: str | None = None

    def fileno(self) -> int:
        """For whoever waits for several things; then call `receive` until `TimeoutError`."""
        return self._wire.fileno()

    def receive(self, seconds: float | None) -> str | bytes:
        """The next message; `Closed` at the end; `TimeoutError` if none comes within the time."""
        from wsproto import events as ws  # lazy: as above

        while True:
            event = self._next(seconds)
            match event:
                case ws.TextMessage() | ws.BytesMessage():
                    self._parts.append(event.data)
                    if event.message_finished:
                        parts, self._parts = self._parts, []
                        return _whole(parts)
                case ws.CloseConnection(code=code, reason=reason) as close:
                    with suppress(OSError):
                        self._transmit(self._protocol.send(close.response()))
                    raise Closed(code, reason or "")
                case ws.Ping() as ping:
                    self._transmit(self._protocol.send(ping.response()))
                case _:
                    pass

    def send(self, message: str | bytes) -> None:
        from wsproto import events as ws  # lazy: as above

        kind = ws.TextMessage if isinstance(message, str) else ws.BytesMessage
        self._send(kind(message))  # pyright: ignore[reportArgumentType] - each has its own

    def shake_hands(
        self, target: str, token: str | None, protocols: Sequence[str], seconds: float
    ) -> None:
        """A `Failure` with the daemon's reason if it refuses."""
        from wsproto import events as ws  # lazy: as above

        headers = [] if token is None else [(b"authorization", f"Bearer {token}".encode())]
        request = ws.Request(
            host="rdvd", target=target, subprotocols=list(protocols), extra_headers=headers
        )
        self._send(request)
        match self._next(seconds):
            case ws.AcceptConnection(subprotocol=agreed):
                self.subprotocol = agreed
            case ws.RejectConnection(status_code=status):
                raise failure_of(status, self._refusal(seconds), with_token=token is not None)
            case event:
                raise Failure(f"the daemon answered with {event}", code=REFUSED)

    def say_goodbye(self) -> None:
        from wsproto import events as ws  # lazy: as above

        with suppress(OSError, Closed):
            self._send(ws.CloseConnection(NORMAL))

    def _refusal(self, seconds: float) -> Any:
        from wsproto import events as ws  # lazy: as above

        text = b""
        while isinstance(event := self._next(seconds), ws.RejectData):
            text += event.data
            if event.body_finished:
                break
        return json.loads(text)

    def _send(self, event: Any) -> None:
        from wsproto.utilities import LocalProtocolError  # lazy: as above

        try:
            self._transmit(self._protocol.send(event))
        except (BrokenPipeError, ConnectionResetError, LocalProtocolError) as error:
            raise Closed(ABNORMAL) from error

    def _transmit(self, data: bytes) -> None:
        self._wire.settimeout(None)
        self._wire.sendall(data)

    def _next(self, seconds: float | None) -> Any:
        """The protocol's next event, of what has come or is still to come."""
        from wsproto.utilities import RemoteProtocolError  # lazy: as above

        while (event := next(self._protocol.events(), None)) is None:
            self._wire.settimeout(seconds)
            try:
                data = self._wire.recv(AT_ONCE)
            except BlockingIOError as nothing:
                raise TimeoutError from nothing
            except ConnectionResetError as error:
                raise Closed(ABNORMAL) from error
            if not data:
                raise Closed(ABNORMAL)
            try:
                self._protocol.receive_data(data)
            except RemoteProtocolError as error:
                raise Closed(ABNORMAL, str(error)) from error
        return event


Kind = TypeVar("Kind", bound=WebSocket)


def _whole(parts: list[Any]) -> str | bytes:
    return "".join(parts) if isinstance(parts[0], str) else b"".join(parts)


@contextmanager
def opened(
    path: Path,
    target: str,
    *,
    token: str | None = None,
    protocols: Sequence[str] = (),
    seconds: float = 30,
    kind: type[Kind] = WebSocket,
) -> Generator[Kind, None, None]:
    """A stream of the daemon; a `Failure` if it is not there, or refuses."""
    with closing(socket.socket(socket.AF_UNIX)) as wire:
        stream = kind(wire)
        try:
            wire.settimeout(seconds)
            wire.connect(str(path))
            stream.shake_hands(target, token, protocols, seconds)
        except (FileNotFoundError, ConnectionRefusedError, Closed) as error:
            cause = f"the daemon does not listen at {path}"
            raise Failure(cause, hint=START_IT, code=DAEMON_DOWN) from error
        except TimeoutError as error:
            raise Failure(f"no answer within {seconds:g} s", code=TIMED_OUT) from error
        except (OSError, ValueError) as error:
            raise Failure(f"the daemon cannot be asked: {error}", code=REFUSED) from error
        yield stream
        stream.say_goodbye()
