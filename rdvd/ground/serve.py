"""An ASGI app on sockets that somebody else has bound: a task for the tree.

It never closes, unlinks or even owns these sockets, so that it can be restarted, and so that a
socket of systemd keeps its queue meanwhile.
"""

import errno
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any

import outcome
import trio
from attrs import frozen
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.worker_context import WorkerContext

from rdvd.ground.connection import Connection
from rdvd.ground.peer import Peer, close_peer, is_our_own_user, peer_of

LOG = logging.getLogger("rdvd.http")
OUT_OF_DESCRIPTORS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
UNTIL_SOME_ARE_FREE = 0.1
BACKLOG = 128

PeerCheck = Callable[[Peer], bool]


@frozen
class ServeLimits:
    connections: int = 512  # beyond it the kernel's queue waits
    idle: float = 5.0  # without a request, or with half of its head
    write: float = 60.0  # one piece of an answer, to a peer that does not read


async def serve(
    app: Any,  # an ASGI app; every library types it another way
    sockets: Sequence[socket.socket],
    *,
    grace: float = 30.0,
    peer_check: PeerCheck = is_our_own_user,
    limits: ServeLimits = ServeLimits(),
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Until `stopping`; then those that are being answered have `grace` to be so."""
    server = Server(app, peer_check, limits)
    async with trio.open_nursery() as nursery:
        try:
            async with trio.open_nursery() as doors:
                for bound in sockets:
                    doors.start_soon(server.accept_from, _listen(bound), nursery)
                task_status.started()
                await stopping.wait()
                doors.cancel_scope.cancel()
            await server.drain(grace)
        finally:
            server.cut_all()  # no checkpoint: a cancellation must get past shielded writers too
            nursery.cancel_scope.cancel()


class Server:
    """The connections of one run."""

    def __init__(self, app: Any, peer_check: PeerCheck, limits: ServeLimits) -> None:
        self._app = ASGIWrapper(app)
        self._peer_check = peer_check
        self._limits = limits
        self._config = _config(limits)
        self._context = WorkerContext(max_requests=None)
        self._live: set[Connection] = set()
        self._shields: set[trio.CancelScope] = set()
        self._somebody_left = trio.Event()

    async def accept_from(self, listener: trio.SocketListener, nursery: trio.Nursery) -> None:
        with listener.socket:
            while True:
                await self._wait_for(lambda: len(self._live) < self._limits.connections)
                stream = await _accept(listener)
                if stream is not None:
                    self._take(stream, nursery)

    async def drain(self, grace: float) -> None:
        """Idle connections close by themselves now; others after their answer."""
        await self._context.terminated.set()
        with trio.move_on_after(grace):
            await self._wait_for(lambda: not self._live)

    def cut_all(self) -> None:
        for shield in self._shields:
            shield.shield = False
        for connection in self._live:
            connection.cut()

    def _take(self, stream: trio.SocketStream, nursery: trio.Nursery) -> None:
        try:
            peer = peer_of(stream.socket)
        except OSError:
            stream.socket.close()
            return
        if not self._peer_check(peer):
            LOG.warning("peer_refused", extra={"peer_pid": peer.pid, "peer_uid": peer.uid})
            _drop(stream, peer)
            return
        state = {"peer": peer, "shields": self._shields}
        connection = Connection(
            self._app, self._config, self._context, state, stream, longest_write=self._limits.write
        )
        self._live.add(connection)  # before it runs: the limit counts it from now on
        nursery.start_soon(self._run, connection, peer)

    async def _run(self, connection: Connection, peer: Peer) -> None:
        """A fault in one connection is logged and ends no other."""
        try:
            ended = await outcome.acapture(connection.run)
        finally:
            connection.cut()
            close_peer(peer)
            self._live.discard(connection)
            self._somebody_left.set()
            self._somebody_left = trio.Event()
        match ended:
            case outcome.Error(error=Exception() as fault):
                LOG.error("connection_failed", exc_info=fault)
            case _:
                ended.unwrap()

    async def _wait_for(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._somebody_left.wait()


def _listen(bound: socket.socket) -> trio.SocketListener:
    ours = bound.dup()
    ours.setblocking(False)
    ours.listen(BACKLOG)
    return trio.SocketListener(trio.socket.from_stdlib_socket(ours))


async def _accept(listener: trio.SocketListener) -> trio.SocketStream | None:
    try:
        return await listener.accept()
    except OSError as error:
        if error.errno not in OUT_OF_DESCRIPTORS:
            raise
        LOG.error("accept_failed", exc_info=error)
        await trio.sleep(UNTIL_SOME_ARE_FREE)  # the kernel has no event for this
        return None


def _drop(stream: trio.SocketStream, peer: Peer) -> None:
    stream.socket.close()
    close_peer(peer)


def _config(limits: ServeLimits) -> Config:
    config = Config()
    config.errorlog = LOG
    config.include_server_header = False
    config.keep_alive_timeout = limits.idle
    config.websocket_max_message_size = 1024 * 1024
    return config
