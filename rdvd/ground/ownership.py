"""One daemon per data directory: whoever holds the lock on the PID file owns it all.

The kernel drops the lock with the process, however it dies, so a file without a lock is stale.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from attrs import frozen

from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Problem
from rdvd.ground.private import BadPlace, open_private, read_private

# A bare number is what other programs leave. Nothing, or zeros, is what a crash leaves.
OURS = re.compile(rb"(?P<pid>\d{1,10})\n?(?:(?P<nonce>[0-9a-f]{32})\n(?P<started>\d{1,15})\n)?|\0*")
LONGEST = 100


class AlreadyRunning(Problem):
    """Somebody else owns the data directory; they are not disturbed."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Already running"
    code: str = "ALREADY_RUNNING"

    def __init__(self, pid_file: Path, pid: int | None) -> None:
        who = "a daemon that is just starting" if pid is None else f"the daemon with pid {pid}"
        super().__init__(
            f"{pid_file} is held by {who}; stop that one first, or set RDV_HOME to another place",
            pid=pid,
        )
        self.pid = pid


@frozen
class Owner:
    """Who owns a data directory. The nonce tells two owners apart that had the same pid."""

    pid: int
    nonce: str
    started_at_ms: int


@contextmanager
def own(pid_file: Path) -> Generator[Owner, None, None]:
    """Be the one owner in here, or refuse. The file goes when we go, if it is still ours."""
    descriptor = _lock(pid_file)
    try:
        _refuse_what_is_not_ours(pid_file, descriptor)
        owner = Owner(os.getpid(), secrets.token_hex(16), now_ms())
        try:
            _write(pid_file, descriptor, owner)
            yield owner
        finally:
            # Under the lock: who opens it meanwhile finds, once it has the lock, that it is gone.
            if _is_at(pid_file, descriptor):
                pid_file.unlink()
    finally:
        os.close(descriptor)


def read_owner(pid_file: Path) -> Owner | None:
    """Who says they own it. Whether they still live is for `own` to find out."""
    content = read_private(pid_file)
    found = OURS.fullmatch(content or b"")
    if not found or found["nonce"] is None:
        return None
    return Owner(int(found["pid"]), found["nonce"].decode(), int(found["started"]))


def _lock(pid_file: Path) -> int:
    while True:
        descriptor = open_private(pid_file, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _pid_in(descriptor)
            os.close(descriptor)
            raise AlreadyRunning(pid_file, pid) from None
        except OSError as error:
            os.close(descriptor)
            hint = "set RDV_HOME to a local disk"
            raise BadPlace(pid_file, f"cannot be locked ({error.strerror})", hint) from error
        if _is_at(pid_file, descriptor):
            return descriptor
        os.close(descriptor)  # its last owner removed it while we waited at the door: once more


def _refuse_what_is_not_ours(pid_file: Path, descriptor: int) -> None:
    if not OURS.fullmatch(os.pread(descriptor, LONGEST + 1, 0)):
        raise BadPlace(
            pid_file,
            "holds something that no daemon has written",
            "look at what it is, and move it away",
        )


def _write(pid_file: Path, descriptor: int, owner: Owner) -> None:
    text = f"{owner.pid}\n{owner.nonce}\n{owner.started_at_ms}\n"
    try:
        # Emptied first: who is refused meanwhile must not be told the pid of the dead.
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
        os.fsync(descriptor)
    except OSError as error:
        hint = "make room on that disk, or see whether it is well"
        raise BadPlace(pid_file, f"cannot be written ({error.strerror})", hint) from error


def _pid_in(descriptor: int) -> int | None:
    found = OURS.fullmatch(os.pread(descriptor, LONGEST + 1, 0))
    return int(found["pid"]) if found and found["pid"] else None


def _is_at(path: Path, descriptor: int) -> bool:
    """Our open descriptor keeps the inode from being given to another file."""
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))
