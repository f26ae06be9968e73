"""Removing a tree for good: of any depth, with directories that nobody may write to, and nothing
beyond it. It can be cut off anywhere, and goes on from there the next time."""

import os
import stat
from pathlib import Path

from .types import NotPossible
from .walking import Check, make_writable, names_in, opened

MOST_AT_ONCE = 10_000


def remove(check: Check, path: Path) -> None:
    """A file, a link, or a directory with all that is in it. Absence is no concern."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode):
        path.unlink()
        return
    with opened(path.parent) as parent:
        make_writable(parent, path.name, status.st_mode)
        with opened(path.name, at=parent) as top:
            _empty(top, os.fstat(top).st_dev, check)
        os.rmdir(path.name, dir_fd=parent)


def _empty(top: int, device: int, check: Check) -> None:
    """Directories are moved up before they are emptied, so it takes no depth of our own."""
    count = 0
    while names := names_in(top)[:MOST_AT_ONCE]:
        for name in names:
            check()
            status = os.stat(name, dir_fd=top, follow_symlinks=False)
            if not stat.S_ISDIR(status.st_mode):
                os.unlink(name, dir_fd=top)
                continue
            if status.st_dev != device:
                raise NotPossible("another file system is mounted in it: unmount it first")
            make_writable(top, name, status.st_mode)
            with opened(name, at=top) as directory:
                count = _flatten(directory, top, count)
            os.rmdir(name, dir_fd=top)


def _flatten(directory: int, top: int, count: int) -> int:
    for name in names_in(directory):
        status = os.stat(name, dir_fd=directory, follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            make_writable(directory, name, status.st_mode)
            count = _lift(directory, name, top, count)
        else:
            os.unlink(name, dir_fd=directory)
    return count


def _lift(directory: int, name: str, top: int, count: int) -> int:
    """Under a name that is free: those of an earlier attempt may still be there."""
    while True:
        count += 1
        free = f".rdv-removing-{count}"
        try:
            os.mkdir(free, dir_fd=top)
        except FileExistsError:
            continue
        os.rename(name, free, src_dir_fd=directory, dst_dir_fd=top)
        return count
