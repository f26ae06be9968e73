"""Who is at the other end of a Unix socket, as the kernel tells it."""

import os
import socket
import struct

import trio
from attrs import field, frozen

SO_PEERPIDFD = 77  # Linux 6.5; Python 3.11 does not name it
Connected = socket.socket | trio.socket.SocketType
CREDENTIALS = struct.Struct("iII")


@frozen
class Peer:
    """The process that connected. A pid may be reused, what its `pidfd` names is not.

    The descriptor belongs to the connection and is closed with it.
    """

    pid: int
    uid: int
    gid: int
    pidfd: int | None = field(default=None, repr=False, eq=False)


def peer_of(connected: Connected) -> Peer:
    packed = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    pid, uid, gid = CREDENTIALS.unpack(packed)
    return Peer(pid, uid, gid, _pidfd_of(connected))


def close_peer(peer: Peer) -> None:
    if peer.pidfd is not None:
        os.close(peer.pidfd)


def is_our_own_user(peer: Peer) -> bool:
    """The default answer to who may connect: whatever the modes of the socket are."""
    return peer.uid == os.getuid()


def _pidfd_of(connected: Connected) -> int | None:
    try:
        return connected.getsockopt(socket.SOL_SOCKET, SO_PEERPIDFD)
    except OSError:  # an older kernel, or the peer is gone already
        return None
