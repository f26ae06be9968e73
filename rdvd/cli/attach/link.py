"""The stream to the daemon: what it cannot take yet is kept here, so nobody ever waits for it."""

import socket
from collections.abc import Iterator

from rdvd.cli.websocket import WebSocket


class Link(WebSocket):
    """Like any other stream until `flow`; then `flush` whenever it is writable."""

    def __init__(self, wire: socket.socket) -> None:
        super().__init__(wire)
        self._kept = bytearray()
        self._is_flowing = False
        self._is_deaf = False

    @property
    def backlog(self) -> int:
        return len(self._kept)

    def flow(self) -> None:
        self._is_flowing = True

    def arrived(self) -> Iterator[str | bytes]:
        """All messages that are here; `Closed` at the end. The daemon's window bounds them."""
        while True:
            try:
                yield self.receive(0)
            except TimeoutError:
                return

    def flush(self) -> None:
        """The end of the other side is told by `arrived`, after its last words."""
        try:
            self._wire.setblocking(False)
            del self._kept[: self._wire.send(self._kept)]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            self._is_deaf = True
            self._kept.clear()

    def _transmit(self, data: bytes) -> None:
        if not self._is_flowing:
            super()._transmit(data)
        elif not self._is_deaf:
            self._kept += data
            self.flush()
