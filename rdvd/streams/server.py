"""WebSockets on sockets that somebody else has bound: a task for the tree."""

import socket
from collections.abc import Collection, Sequence
from typing import Any

import trio

from actors import Topic
from rdvd.ground.doors import Rules, keep_doors
from rdvd.ground.live import Live
from rdvd.ground.peer import Peer
from rdvd.identity import TokenRevoked

from .census import Census
from .connection import LOG, Connection
from .entrance import Entrance
from .reception import Reception
from .stream import StreamRoute
from .types import GOING_AWAY


async def serve_streams(
    sockets: Live[Sequence[socket.socket]],
    entrance: Entrance,
    routes: Sequence[StreamRoute],
    ended: Topic[TokenRevoked],
    *,
    census: Census | None = None,
    rules: Live[Rules],
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Until `stopping`; then everybody is told 1001, and has the grace to hear it."""
    reception = Reception(entrance, routes, ended, census or Census())

    def welcome(stream: trio.SocketStream, peer: Peer) -> Connection:
        return Connection(stream, peer, reception)

    await keep_doors(
        sockets, welcome, _say_goodbye,
        rules=rules, log=LOG, stopping=stopping, task_status=task_status,
    )  # fmt: skip


async def _say_goodbye(inside: Collection[Connection]) -> None:
    for connection in inside:
        connection.end(GOING_AWAY)
