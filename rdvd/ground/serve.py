"""An ASGI app on sockets that somebody else has bound: a task for the tree."""

import logging
import socket
from collections.abc import Collection, Sequence
from typing import Any

import trio
from attrs import frozen
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.worker_context import WorkerContext

from rdvd.ground.connection import Connection
from rdvd.ground.doors import Rules, keep_doors
from rdvd.ground.live import Live
from rdvd.ground.peer import Peer

LOG = logging.getLogger("rdvd.http")


@frozen
class ServeLimits:
    idle: float = 5.0  # without a request, or with half of its head
    write: float = 60.0  # one piece of an answer, to a peer that does not read


async def serve(
    app: Any,  # an ASGI app; every library types it another way
    sockets: Live[Sequence[socket.socket]],
    *,
    rules: Live[Rules],
    limits: ServeLimits = ServeLimits(),
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Until `stopping`; then those that are being answered have the grace to be so."""
    server = Server(app, limits)
    await keep_doors(
        sockets, server.welcome, server.drain,
        rules=rules, log=LOG, stopping=stopping, task_status=task_status,
    )  # fmt: skip


class Server:
    """What the connections of one run share."""

    def __init__(self, app: Any, limits: ServeLimits) -> None:
        self._app = ASGIWrapper(app)
        self._limits = limits
        self._config = _config(limits)
        self._context = WorkerContext(max_requests=None)
        self._shields: set[trio.CancelScope] = set()

    def welcome(self, stream: trio.SocketStream, peer: Peer) -> "Visitor":
        state = {"peer": peer, "shields": self._shields}
        longest = self._limits.write
        connection = Connection(
            self._app, self._config, self._context, state, stream, longest_write=longest
        )
        return Visitor(connection, self._shields)

    async def drain(self, _inside: Collection["Visitor"]) -> None:
        """Idle connections close by themselves now; others after their answer."""
        await self._context.terminated.set()


class Visitor:
    """A connection, and what must be let go when there is no time left for its requests."""

    def __init__(self, connection: Connection, shields: set[trio.CancelScope]) -> None:
        self._connection = connection
        self._shields = shields
        self.run = connection.run
        self.when_known = connection.when_known

    def cut(self) -> None:
        for shield in self._shields:
            shield.shield = False
        self._connection.cut()


def _config(limits: ServeLimits) -> Config:
    config = Config()
    config.errorlog = LOG
    config.include_server_header = False
    config.keep_alive_timeout = limits.idle
    config.websocket_max_message_size = 1024 * 1024
    return config
