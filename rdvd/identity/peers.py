"""The kernel's word about who is at the other end of a Unix socket.

Whoever cannot be looked at is `Unknown`, which is worth nothing without a token: a doubt never
makes an owner.
"""

import os
import select
import socket
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path

from attrs import frozen

from rdvd.ground.errors import Forbidden
from rdvd.ground.peer import SO_PEERPIDFD, Peer

from .types import Caller, Inside, Outside, SessionId, Standing, Unknown

LONGEST_ANCESTRY = 1_000
LARGEST = 65_536
PARENT, STARTED = 1, 19  # fields of /proc/<pid>/stat, counted after the name
MOST_CONNECTIONS = 1_024
PROC = Path("/proc")


class ForeignPeer(Forbidden):
    """Another operating system user. Its connection is closed without an answer."""

    code = "FOREIGN_PEER"


class PeerVanished(Exception):
    """The process ended, or its number now belongs to another, while we looked."""


def no_cgroups() -> Mapping[str, SessionId]:
    """Where sessions have no cgroups of their own."""
    return {}


def unmarked(_pid: int) -> SessionId | None:
    """Where nothing that runs in a session carries a mark of it."""
    return None


@frozen
class Homes:
    """Where sessions live now: the processes of their panes, and their cgroups if they have any.

    A pane must be in here before what runs in it can connect: until then that is the owner.
    `marked` knows who left both, by what everybody inherits who was begun in a session of ours.
    """

    panes: Callable[[], Mapping[int, SessionId]]
    cgroups: Callable[[], Mapping[str, SessionId]] = no_cgroups
    marked: Callable[[int], SessionId | None] = unmarked


class Callers:
    """Looks at each connection's peer once, as long as what it saw was clear."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        # By identity: two connections of one pid need not be of one process.
        self._seen: OrderedDict[int, tuple[Peer, Caller]] = OrderedDict()

    def look(self, peer: Peer | None) -> Caller | None:
        if peer is None:
            return None
        known, caller = self._seen.get(id(peer), (None, None))
        if known is peer:
            self._seen.move_to_end(id(peer))
            return caller
        caller = look_at(peer, self._homes)
        if not isinstance(caller.standing, Unknown):
            self._remember(peer, caller)
        return caller

    def _remember(self, peer: Peer, caller: Caller) -> None:
        self._seen[id(peer)] = (peer, caller)
        if len(self._seen) > MOST_CONNECTIONS:
            self._seen.popitem(last=False)


def look_at(peer: Peer, homes: Homes, *, proc: Path = PROC) -> Caller:
    """Who connected. Raises `ForeignPeer` for another uid, however loose the socket's mode is."""
    refuse_foreigner(peer)
    try:
        with _held(peer, proc):
            standing = standing_of(peer.pid, homes, proc=proc)
    except PeerVanished as vanished:
        standing = Unknown(str(vanished))
    return Caller(peer.uid, peer.pid, standing)


def refuse_foreigner(peer: Peer) -> None:
    if peer.uid != os.geteuid():
        raise ForeignPeer(f"this daemon serves another user, not uid {peer.uid}")


def standing_of(pid: int, homes: Homes, *, proc: Path = PROC) -> Standing:
    """Whether a process lives inside one of our sessions: by its cgroup, an ancestor or a mark."""
    cgroups, panes = homes.cgroups(), homes.panes()
    by_cgroup = (cgroups.get(place) for own in _cgroups(pid, proc) for place in _upwards(own))
    by_ancestor = (panes.get(ancestor) for ancestor in ancestry(pid, proc=proc))
    by_mark = map(homes.marked, (pid,))
    for session in chain(by_cgroup, by_ancestor, by_mark):
        if session is not None:
            return Inside(session)
    return Outside()


def ancestry(pid: int, *, proc: Path = PROC) -> Iterator[int]:
    """The process, its parent, and so on to the first of all.

    A parent is older than its child. Where it is not, somebody died while we climbed and the
    number went to a stranger.
    """
    child_started: int | None = None
    for _ in range(LONGEST_ANCESTRY):
        fields = _stat(pid, proc)
        if child_started is not None and fields[STARTED] > child_started:
            raise PeerVanished("an ancestor of the peer ended while it was looked at")
        yield pid
        child_started, pid = fields[STARTED], fields[PARENT]
        if pid == 0:
            return
    raise PeerVanished("the peer has more ancestors than anybody needs")


@contextmanager
def _held(peer: Peer, proc: Path) -> Generator[None, None, None]:
    """What is read inside this block is of the very process that connected, or it is refused."""
    if peer.pidfd is None and kernel_gives_pidfds():
        raise PeerVanished("the peer has ended")
    started = _stat(peer.pid, proc)[STARTED]
    yield
    if peer.pidfd is not None and _has_ended(peer.pidfd):
        raise PeerVanished("the peer has ended")
    if _stat(peer.pid, proc)[STARTED] != started:
        raise PeerVanished("the peer's number belongs to another process now")


@cache
def kernel_gives_pidfds() -> bool:
    """Whether a peer without a pidfd is one that has ended (Linux 6.5 and later)."""
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        try:
            os.close(one.getsockopt(socket.SOL_SOCKET, SO_PEERPIDFD))
        except OSError:
            return False
    return True


def _has_ended(pidfd: int) -> bool:
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))


def _stat(pid: int, proc: Path) -> list[int]:
    """The fields after the name; the name may hold spaces and brackets, so the last one counts."""
    text = _read(proc / str(pid) / "stat")
    fields = text[text.rindex(")") + 2 :].split()
    return [0, *(int(field) for field in fields[1:])]  # the first one is a letter


def _cgroups(pid: int, proc: Path) -> list[str]:
    """The process's cgroup in every hierarchy, version 1 or 2: lines of `number:names:path`."""
    lines = _read(proc / str(pid) / "cgroup").splitlines()
    return [line.split(":", 2)[2] for line in lines if line.count(":") >= 2]


def _upwards(cgroup: str) -> Iterator[str]:
    """`/a/b`, then `/a`; never the root, which is nobody's."""
    while len(cgroup) > 1:
        yield cgroup
        cgroup = cgroup.rpartition("/")[0]


def _read(path: Path) -> str:
    """Without the layers of a file object: this is asked ten times for each connection."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.read(descriptor, LARGEST).decode("utf-8", "replace")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise PeerVanished(f"the peer cannot be looked at: {error.strerror}") from error
