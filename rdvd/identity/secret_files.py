"""Files that hold a secret: 0600 from birth, replaced whole, refused if others were at them."""

import errno
import os
import secrets
import stat
from pathlib import Path

from rdvd.ground.errors import Conflict, StorageFull
from rdvd.ground.private import sync

PEPPER_BYTES = 32
LARGEST = 4096


class UnsafeFile(Conflict):
    """A secret's place is taken by something that we must neither trust nor remove."""

    code = "UNSAFE_FILE"


def read_secret_file(path: Path) -> bytes | None:
    """What the file holds, or None if there is no file."""
    try:
        # Not blocking, so that a planted FIFO does not hold us up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refuse(path, f"cannot be opened ({error.strerror})") from error
    try:
        _refuse_if_unsafe(path, os.fstat(descriptor))
        return os.read(descriptor, LARGEST)
    finally:
        os.close(descriptor)


def replace_secret_file(path: Path, content: bytes) -> None:
    """Put a new file in the place of the old: whoever reads sees the one or the other, whole."""
    _refuse_if_taken(path)
    try:
        _replace(path, content)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"there is no room for {path}; the old one is still there") from error
        raise _refuse(path, f"cannot be written ({error.strerror})") from error


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.draft")
    _refuse_if_taken(draft)  # what a kill has left of an earlier one is of no use to anybody
    draft.unlink(missing_ok=True)
    try:
        _write_durably(draft, content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


def read_or_create_pepper(path: Path) -> bytes:
    """The key of all token digests. Without it no token in the database is good any more."""
    pepper = read_secret_file(path)
    if pepper is None:
        pepper = secrets.token_bytes(PEPPER_BYTES)
        replace_secret_file(path, pepper)
    if len(pepper) != PEPPER_BYTES:
        raise _refuse(path, f"has {len(pepper)} bytes instead of {PEPPER_BYTES}")
    return pepper


def _write_durably(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _refuse_if_taken(path: Path) -> None:
    try:
        _refuse_if_unsafe(path, path.lstat())
    except FileNotFoundError:
        return


def _refuse_if_unsafe(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _refuse(path, "is no regular file")
    if found.st_uid != os.geteuid():
        raise _refuse(path, f"belongs to uid {found.st_uid}")
    if found.st_mode & 0o077:
        raise _refuse(path, f"is open to others (mode {stat.S_IMODE(found.st_mode):04o})")


def _refuse(path: Path, why: str) -> UnsafeFile:
    return UnsafeFile(
        f"{path} {why}; a secret may be known to others. Look at it, move it away and start again"
    )
