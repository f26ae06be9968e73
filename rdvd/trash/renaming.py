"""One step from here to there, and never over what is there."""

import errno
import os
import stat
from pathlib import Path

from .walking import look, make_writable, opened, set_mode

AT_CWD = -100
NO_REPLACE = 1
NOT_KNOWN = (errno.ENOSYS, errno.EINVAL)  # by an old kernel; by some file systems


def rename(old: Path, new: Path, mode: int) -> None:
    """`FileExistsError` if there is something. A directory that is closed to its owner is opened
    for this moment, for it has to be told who is above it now."""
    if not stat.S_ISDIR(mode) or mode & 0o200 or old.parent == new.parent:
        _rename(old, new)
        return
    with opened(old.parent) as at:
        make_writable(at, old.name, mode)
    try:
        _rename(old, new)
    finally:
        restore_mode(new if look(new) and not look(old) else old, mode)


def restore_mode(path: Path, mode: int) -> None:
    """What it had before it was opened for a moment."""
    found = look(path)
    if found is not None and stat.S_ISDIR(mode) and found.st_mode != mode:
        with opened(path.parent) as at:
            set_mode(at, path.name, mode)


def _rename(old: Path, new: Path) -> None:
    import ctypes  # lazy: a megabyte, for a call that the standard library does not know

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(AT_CWD, os.fsencode(old), AT_CWD, os.fsencode(new), NO_REPLACE) == 0:
        return
    number = ctypes.get_errno()
    if number not in NOT_KNOWN:
        raise OSError(number, os.strerror(number), str(old), None, str(new))
    _rename_over_placeholder(old, new)


def _rename_over_placeholder(old: Path, new: Path) -> None:
    """Whoever makes an empty thing there first has the name."""
    if stat.S_ISDIR(old.lstat().st_mode):
        new.mkdir(0o700)
        take_back = new.rmdir
    else:
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        take_back = new.unlink
    try:
        old.rename(new)
    except OSError:
        take_back()
        raise
