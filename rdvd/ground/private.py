"""Directories and files that are ours alone: made so, opened so, and refused if they are not.

The checks are made on what was opened, not on what a name meant a moment earlier. The umask is
left alone: it belongs to all threads, and to every program that is started meanwhile. It can only
take rights away, our own too, which are given back to what was just made.
"""

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from rdvd.ground.errors import Problem

# O_NONBLOCK: a pipe that lies in the way must not make us wait for its other end.
SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFREG: "a file",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFSOCK: "a socket",
    stat.S_IFIFO: "a pipe",
}


class BadPlace(Problem):
    """Something in the file system is in the way; only the person who put it there may judge."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something is wrong with a file"
    code: str = "BAD_PLACE"

    def __init__(self, path: Path, why: str, hint: str) -> None:
        super().__init__(f"{path} {why}; {hint}", path=str(path), why=why, hint=hint)
        self.path, self.why, self.hint = path, why, hint


def make_directory(path: Path, *, may_be_link: bool = False) -> None:
    """Create it and what is missing above it, 0700; refuse one that others could change."""
    try:
        for missing in _missing(path):
            with suppress(FileExistsError):
                missing.mkdir(mode=0o700)
                missing.chmod(0o700)
    except OSError as error:
        raise _unusable(path, error) from error
    check(path, "a directory", may_be_link=may_be_link)
    _refuse_dead_link(path)


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a regular file of ours, created 0600 if `flags` allow it."""
    try:
        descriptor = _open(path, flags | SAFELY)
    except OSError as error:
        check(path, "a file")  # what lies there often says more than the kernel's number
        raise _unusable(path, error) from error
    try:
        check_found(path, os.fstat(descriptor), "a file")
    except BadPlace:
        os.close(descriptor)
        raise
    return descriptor


def make_pipe(path: Path) -> None:
    """A new one, 0600."""
    os.mkfifo(path, 0o600)
    path.chmod(0o600)


def read_private(path: Path, *, may_be_link: bool = False) -> bytes | None:
    """What is in the file, or None if there is none."""
    try:
        descriptor = os.open(path, SAFELY & ~(os.O_NOFOLLOW if may_be_link else 0))
    except FileNotFoundError:
        _refuse_dead_link(path)
        return None
    except OSError as error:
        check(path, "a file", may_be_link=may_be_link)
        raise _unusable(path, error) from error
    try:
        check_found(path, os.fstat(descriptor), "a file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def write_private(path: Path, content: bytes, *, for_good: bool = True) -> None:
    """Replace the file at once and for good: a reader sees the old or the new, never a part.

    What is not `for_good` a power cut may undo, to what was there before and not to a part.
    """
    if os.path.lexists(path):
        check(path, "a file")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        if for_good:
            sync(path.parent)
    except OSError as error:
        raise _unusable(path, error) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """What was written, or for a directory what was renamed in it, survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(path: Path, kind: str, *, may_be_link: bool = False) -> None:
    """Refuse what is not of this kind, not ours, or open to others. Absence is no concern."""
    try:
        found = path.stat() if may_be_link else path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(path, error) from error
    check_found(path, found, kind)


def check_found(path: Path, found: os.stat_result, kind: str) -> None:
    """The same for what has been looked at already."""
    actual = KINDS.get(stat.S_IFMT(found.st_mode), "a device")
    if actual != kind:
        hint = f"look at what {actual} does there, and move it away"
        raise BadPlace(path, f"is {actual} where {kind} belongs", hint)
    if found.st_uid != os.geteuid():
        hint = "move it away, or run as the user it belongs to"
        raise BadPlace(path, f"belongs to uid {found.st_uid} and we are {os.geteuid()}", hint)
    # A socket is guarded by its directory; its own bits are set by whoever bound it.
    if kind != "a socket" and found.st_mode & 0o022:
        mode = stat.S_IMODE(found.st_mode)
        hint = f"see who has changed it, then: chmod go-w '{path}'"
        raise BadPlace(path, f"can be changed by other users (mode {mode:04o})", hint)


def _open(path: Path, flags: int) -> int:
    """What is there already keeps its mode."""
    if not flags & os.O_CREAT:
        return os.open(path, flags)
    try:
        descriptor = os.open(path, flags | os.O_EXCL, 0o600)
    except FileExistsError:
        if flags & os.O_EXCL:
            raise
        return os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def _refuse_dead_link(path: Path) -> None:
    """Who put it there expects that it leads somewhere."""
    if path.is_symlink() and not path.exists():
        raise BadPlace(path, "is a symbolic link that leads nowhere", "see where it should lead")


def _missing(path: Path) -> list[Path]:
    """What is missing of the path, outermost first."""
    return [one for one in reversed((path, *path.parents)) if not os.path.lexists(one)]


def _unusable(path: Path, error: OSError) -> BadPlace:
    hint = {
        errno.ENOSPC: "make room on that disk",
        errno.EROFS: "that disk is mounted read-only: set RDV_HOME to another place",
        errno.EACCES: "see whom it and the directories above it belong to",
        errno.ENOTDIR: "something above it is no directory",
    }.get(error.errno or 0, "see whether the path is right and the disk is well")
    return BadPlace(path, f"cannot be used ({error.strerror or error})", hint)
