"""Unix sockets to listen on: bound by us, or handed over by systemd.

A file is removed only if it is a socket of ours that nobody answers on; at the end only if it is
the very one that we bound. The caller owns the data directory (ownership.py) before it binds.
"""

import errno
import os
import socket
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from attrs import frozen

from rdvd.ground.errors import Conflict, Problem
from rdvd.ground.places import check_socket_path
from rdvd.ground.private import BadPlace, check, check_found

BACKLOG = 1024
FIRST_HANDED_OVER = 3  # SD_LISTEN_FDS_START, see sd_listen_fds(3)
HANDED_OVER = ("api", "terminal")


class BadHandover(Problem):
    """What systemd handed over is not what the unit files say."""

    status = 500
    title = "Socket activation failed"
    code = "BAD_HANDOVER"


@frozen(eq=False)
class Listening:
    """A listening socket. `bound` is the file that we made for it, if we did; `known` is the one
    that leads to it, whoever made it."""

    socket: socket.socket
    path: Path
    bound: os.stat_result | None
    known: os.stat_result | None

    def is_in_place(self) -> bool:
        """Until the socket is closed the kernel gives its inode to no other file."""
        there = _look(self.path)
        return there is not None and self.known is not None and os.path.samestat(there, self.known)

    def close(self) -> None:
        """Remove our file, then stop listening: in this order, as its inode is its own so long."""
        if self.bound is not None:
            _unlink_if_same(self.path, self.bound)
        self.socket.close()


def bind(path: Path) -> Listening:
    """Listen at the path, 0600 from its first moment; replace a stale socket of ours."""
    check_socket_path(path)
    check(path.parent, "a directory")
    clear_away_stale(path)
    fresh = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(fresh.fileno(), 0o600)  # before bind: Linux makes the file with this mode
        fresh.bind(os.fsencode(path))
        path.chmod(0o600)  # a umask may have taken even our own rights away
        bound = path.lstat()
        fresh.listen(BACKLOG)
    except OSError as error:
        fresh.close()
        hint = "see that its directory exists and has room"
        raise BadPlace(path, f"cannot be listened on ({error.strerror})", hint) from error
    return Listening(fresh, path, bound, known=bound)


def take_over(environ: MutableMapping[str, str]) -> dict[str, Listening]:
    """The sockets that systemd has bound for us, by name. The environment forgets them, so that
    no program started by us takes them for its own."""
    pid, count, names = (
        environ.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
    )
    if pid != str(os.getpid()):
        return {}
    handed = list(_named(count, names))
    if len({name for name, _ in handed}) < len(handed):
        raise BadHandover(f"systemd handed over two sockets of one name: {names}; see the units")
    return {name: _verified(name, descriptor) for name, descriptor in handed}


def clear_away_stale(path: Path) -> None:
    """Remove a socket of ours that nobody answers on. What else lies there is refused."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    check_found(path, found, "a socket")
    if somebody_answers(path):
        raise Conflict(
            f"somebody already listens on {path}; stop that program first, or set "
            "RDV_RUNTIME_DIR to another place",
            code="SOCKET_IN_USE",
            path=str(path),
        )
    _unlink_if_same(path, found)


def somebody_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a full queue is an answer too, and not one to wait for
        failed = probe.connect_ex(os.fsencode(path))
    return failed not in {errno.ECONNREFUSED, errno.ENOENT}


def _look(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _unlink_if_same(path: Path, known: os.stat_result) -> None:
    try:
        if os.path.samestat(path.lstat(), known):
            path.unlink()
    except FileNotFoundError:
        return


def _named(count: str, names: str) -> Iterator[tuple[str, int]]:
    if not count.isdecimal() or int(count) != len(names.split(":")):
        raise BadHandover(
            f"systemd speaks of {count or 'no'} sockets and names {names or 'none'}; each socket "
            "unit needs its FileDescriptorName="
        )
    for place, name in enumerate(names.split(":")):
        if name not in HANDED_OVER:
            raise BadHandover(
                f"systemd handed over a socket called {name!r}; the names are "
                f"{' and '.join(HANDED_OVER)}: see FileDescriptorName= in the socket unit"
            )
        yield name, FIRST_HANDED_OVER + place


def _verified(name: str, descriptor: int) -> Listening:
    try:
        os.set_inheritable(descriptor, False)
        handed = socket.socket(fileno=descriptor)
        is_listening = handed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise BadHandover(f"descriptor {descriptor} ({name}) is no socket: {error}") from error
    if (handed.family, handed.type, is_listening) != (socket.AF_UNIX, socket.SOCK_STREAM, 1):
        raise BadHandover(
            f"the socket {name} that systemd handed over is no listening Unix stream socket; its "
            "unit needs ListenStream= with a path, and Accept=no"
        )
    path = Path(os.fsdecode(handed.getsockname()))
    return Listening(handed, path, bound=None, known=_look(path))
