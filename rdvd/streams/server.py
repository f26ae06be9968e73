"""WebSockets on sockets that somebody else has bound: a task for the tree."""

import socket
from collections.abc import Collection, Sequence
from typing import Any

import trio

from actors import Topic
from rdvd.ground.doors import PeerCheck, Rules, keep_doors
from rdvd.ground.peer import Peer, is_our_own_user
from rdvd.identity import TokenRevoked

from .census import Census
from .connection import LOG, Connection
from .entrance import Entrance
from .reception import Reception
from .stream import StreamRoute
from .types import GOING_AWAY

MOST_CONNECTIONS = 256  # beyond it the kernel's queue waits


async def serve_streams(
    sockets: Sequence[socket.socket],
    entrance: Entrance,
    routes: Sequence[StreamRoute],
    ended: Topic[TokenRevoked],
    *,
    census: Census | None = None,
    grace: float = 3.0,
    peer_check: PeerCheck = is_our_own_user,
    most: int = MOST_CONNECTIONS,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Until `stopping`; then everybody is told 1001, and has `grace` to hear it."""
    reception = Reception(entrance, routes, ended, census or Census())

    def welcome(stream: trio.SocketStream, peer: Peer) -> Connection:
        return Connection(stream, peer, reception)

    await keep_doors(
        sockets, welcome, _say_goodbye,
        rules=Rules(most, peer_check), log=LOG, grace=grace,
        stopping=stopping, task_status=task_status,
    )  # fmt: skip


async def _say_goodbye(inside: Collection[Connection]) -> None:
    for connection in inside:
        connection.end(GOING_AWAY)
