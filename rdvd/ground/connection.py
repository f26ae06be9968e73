"""One connection: Hypercorn's, with what it leaves open closed (reference/web-stack.md, 1.3)."""

from collections.abc import Callable
from typing import Any

import h11
import trio
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import AppWrapper

from rdvd.ground.ids import new_id
from rdvd.ground.problems import PROBLEM_TYPE, trouble_of_status

FIRST_WORDS = 1.0  # seconds, from the moment that somebody was let in
SPOKEN_VERSIONS = (b"1.0", b"1.1")


class Unreadable(Exception):
    """What the peer began with is answered with this status, and with nothing after it."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class Http1(H11Protocol):
    """HTTP/1 only, with problems as error pages. Hypercorn would also speak HTTP/2 when it sees
    its preface or an offer to upgrade; that is a second way in which nobody here tests."""

    _is_head = False  # an answer to HEAD has no body, whatever went wrong

    async def handle(self, event: Event) -> None:
        try:
            await super().handle(event)
        except Unreadable as refusal:
            await self._send_error_response(refusal.status)
            await self.send(Closed())

    async def _check_protocol(self, event: h11.Request) -> None:
        self._is_head = event.method == b"HEAD"
        if event.http_version not in SPOKEN_VERSIONS:
            raise Unreadable(505)
        # RFC 9112, 6.1: of two readers one may go by the length and the other by the chunks, and
        # what is the body to one is the next request to the other.
        if {b"content-length", b"transfer-encoding"} <= {name for name, _ in event.headers}:
            raise Unreadable(400)

    async def _send_error_response(self, status_code: int) -> None:
        body = trouble_of_status(status_code).document(new_id())
        headers = [
            (b"content-type", PROBLEM_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await self._send_h11_event(h11.Response(status_code=status_code, headers=headers))
        if not self._is_head:
            await self._send_h11_event(h11.Data(data=body))
        await self._send_h11_event(h11.EndOfMessage())


class Connection(TCPServer):
    stream: Any  # Hypercorn says SSLStream and means any stream

    def __init__(
        self,
        app: AppWrapper,
        config: Config,
        context: WorkerContext,
        state: Any,
        stream: trio.SocketStream,
        *,
        longest_write: float,
    ) -> None:
        super().__init__(app, config, context, state, stream)  # pyright: ignore[reportArgumentType]
        self._longest_write = longest_write
        self._reading = trio.CancelScope()
        self._reader: trio.lowlevel.Task | None = None
        self._came = trio.current_time()
        self._has_asked = False
        self._tell_known: Callable[[], object] = lambda: None

    def when_known(self, tell: Callable[[], object]) -> None:
        """It is, once it has sent the whole head of a request."""
        self._tell_known = tell

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            self.cut()  # Hypercorn's own goodbye is skipped when it is cancelled

    def cut(self) -> None:
        """At once, also under a writer that waits for its peer: that one wakes (defect 2)."""
        self.stream.socket.close()
        self._stop_reading()

    def _stop_reading(self) -> None:
        """A reader that closes by itself finds the socket closed next. Cancelled, it would not come
        to tell the app that its client has left, and the request would go on for nobody."""
        if trio.lowlevel.current_task() is not self._reader:
            self._reading.cancel()

    async def protocol_send(self, event: Event) -> None:
        if isinstance(event, RawData):
            await self._write(event.data)
        else:
            if isinstance(event, Updated) and not self._has_asked:
                self._has_asked = True
                self._tell_known()
            await super().protocol_send(event)

    async def _write(self, data: bytes) -> None:
        """Shielded, because half an answer on the wire is worse than none; but not for ever."""
        async with self.send_lock:
            is_gone = False
            with trio.CancelScope(shield=True) as writing:
                writing.deadline = trio.current_time() + self._longest_write
                try:
                    await self.stream.send_all(data)
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    is_gone = True
            if is_gone or writing.cancelled_caught:
                self.cut()
                await self.protocol.handle(Closed())

    async def _read_data(self) -> None:
        known = self.protocol.protocol
        self.protocol: Any = Http1(
            self.app, self.config, self.context, self._task_group,
            known.connection_state, ssl=False, client=None, server=None, send=self.protocol_send,
        )  # fmt: skip
        # A pipelined request that is never to be answered would leave its reader waiting for ever.
        self._reader = trio.lowlevel.current_task()
        with self._reading:
            await super()._read_data()
        await self.idle_task.stop()  # or it would keep what is gone (defect 7)
        if self._reading.cancelled_caught:
            await self.protocol.handle(Closed())

    async def _idle_timeout(self) -> None:
        """Who was let in a moment before the end is about to ask, and is answered by us or nobody:
        the others wait in the socket's queue for whoever comes next."""
        with trio.move_on_after(self.config.keep_alive_timeout):
            await self.context.terminated.wait()
            if not self._has_asked:
                await trio.sleep_until(self._came + FIRST_WORDS)
        with trio.CancelScope(shield=True):
            await self._initiate_server_close()

    async def _close(self) -> None:
        try:
            await super()._close()
        finally:
            self._stop_reading()

    async def _initiate_server_close(self) -> None:
        try:
            await super()._initiate_server_close()
        finally:
            self._stop_reading()
