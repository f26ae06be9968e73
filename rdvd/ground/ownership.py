"""One daemon per data directory: whoever holds the locks on it and on the PID file owns it all.

The kernel drops the locks with the process, however it dies, so a file without a lock is stale.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar

from attrs import frozen

from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Problem
from rdvd.ground.locks import who_holds
from rdvd.ground.private import BadPlace, open_private, read_private

# A bare number is what other programs leave. Nothing, or zeros, is what a crash leaves.
OURS = re.compile(rb"(?P<pid>\d{1,10})\n?(?:(?P<nonce>[0-9a-f]{32})\n(?P<started>\d{1,15})\n)?|\0*")
LONGEST = 100


class AlreadyRunning(Problem):
    """Somebody else owns the data directory; they are not disturbed."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Already running"
    code: str = "ALREADY_RUNNING"

    def __init__(self, held: Path, pid: int | None) -> None:
        who = "a daemon that is just starting" if pid is None else f"the daemon with pid {pid}"
        super().__init__(
            f"{held} is held by {who}; stop that one first, or set RDV_HOME to another place",
            pid=pid,
        )
        self.pid = pid


@frozen
class Owner:
    """Who owns a data directory. The nonce tells two owners apart that had the same pid."""

    pid: int
    nonce: str
    started_at_ms: int


class Claim:
    """What the one owner is known by. The PID file may be taken from it, and is put back; the
    locks on what it guards are with the process."""

    def __init__(self, pid_file: Path) -> None:
        self.owner = Owner(os.getpid(), secrets.token_hex(16), now_ms())
        self.pid_file = pid_file
        self._descriptor: int | None = None

    def is_in_place(self) -> bool:
        return self._descriptor is not None and _is_at(self.pid_file, self._descriptor)

    def take_place(self) -> None:
        """At the start, and again whenever the file is gone. What is not ours is refused."""
        descriptor = _lock(self.pid_file)
        with ExitStack() as undo:
            undo.callback(os.close, descriptor)
            _refuse_what_is_not_ours(self.pid_file, descriptor)
            undo.callback(self.pid_file.unlink, missing_ok=True)
            _write(self.pid_file, descriptor, self.owner)
            undo.pop_all()
        self._close()
        self._descriptor = descriptor

    def leave(self) -> None:
        """Under the lock: who opens it meanwhile finds, once it has the lock, that it is gone."""
        if self.is_in_place():
            self.pid_file.unlink()
        self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def own(pid_file: Path, *guarded: Path) -> Generator[Claim, None, None]:
    """Be the one owner in here, or refuse. The file goes when we go, if it is still ours.

    `guarded` is locked too: directories, which nobody can remove while they hold what is owned, so
    that a second daemon is refused whatever files were deleted; or files made for this alone.
    """
    claim = Claim(pid_file)
    with hold(*guarded):
        try:
            claim.take_place()
            yield claim
        finally:
            claim.leave()


@contextmanager
def hold(*guarded: Path) -> Generator[None, None, None]:
    """Keep everybody else out for a while, without a word to anybody who we are."""
    with ExitStack() as held:
        for path in guarded:
            held.callback(os.close, _lock_guarded(path))
        yield


def guarded(home: Path, database: Path) -> list[Path]:
    """What is owned: the data directory, and a database that lies outside of it."""
    lock = database.with_name(f"{database.name}.lock")
    return [home] if home in database.parents else [home, lock]


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
        if not _is_locked_for_us(pid_file, descriptor):
            pid = _pid_in(descriptor)
            os.close(descriptor)
            raise AlreadyRunning(pid_file, pid)
        if _is_at(pid_file, descriptor):
            return descriptor
        os.close(descriptor)  # its last owner removed it while we waited at the door: once more


def _lock_guarded(path: Path) -> int:
    if path.is_dir():
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    else:
        descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
    if _is_locked_for_us(path, descriptor):
        return descriptor
    os.close(descriptor)
    raise AlreadyRunning(path, who_holds(path))


def _is_locked_for_us(path: Path, descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        os.close(descriptor)
        hint = "set RDV_HOME to a local disk"
        raise BadPlace(path, f"cannot be locked ({error.strerror})", hint) from error
    return True


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
    except OSError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))
