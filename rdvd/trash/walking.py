"""Looking at trees by descriptors: a link is a thing of its own and is never followed."""

import os
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import frozen

from .types import NotPossible, readable

DEEPEST = 256
DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
BLOCK = 512

Check = Callable[[], None]  # raises if whoever waits has left


def nobody_left() -> None:
    pass


@contextmanager
def opened(name: str | Path, flags: int = DIRECTORY, at: int | None = None) -> Generator[int]:
    descriptor = os.open(name, flags, 0o600, dir_fd=at)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@frozen
class Found:
    """A thing in a tree. `path` is its place below the top, and () is the top itself."""

    path: tuple[str, ...]
    status: os.stat_result

    @property
    def key(self) -> tuple[int, int]:
        return self.status.st_dev, self.status.st_ino

    @property
    def signature(self) -> tuple[object, ...]:
        """Different as soon as anybody writes to it."""
        s = self.status
        return self.path, s.st_mode, s.st_ino, s.st_size, s.st_mtime_ns


def walk(at: int, name: str) -> Iterator[Found]:
    """The thing and, if it is a directory that we may read, all in it; a directory comes first."""
    status = os.stat(name, dir_fd=at, follow_symlinks=False)
    yield Found((), status)
    if stat.S_ISDIR(status.st_mode):
        yield from _within(at, name, (), status.st_dev)


def _within(at: int, name: str, path: tuple[str, ...], device: int) -> Iterator[Found]:
    if len(path) >= DEEPEST:
        raise NotPossible(f"it holds directories nested deeper than {DEEPEST}")
    try:
        descriptor = os.open(name, DIRECTORY, dir_fd=at)
    except PermissionError:
        return  # what is in there can be moved along, but not counted
    try:
        for child in names_in(descriptor):
            try:
                status = os.stat(child, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:  # somebody else works here, too
                continue
            yield Found((*path, child), status)
            if stat.S_ISDIR(status.st_mode) and status.st_dev == device:
                yield from _within(descriptor, child, (*path, child), device)
    finally:
        os.close(descriptor)


def names_in(descriptor: int) -> list[str]:
    return os.listdir(descriptor)


def bytes_in(at: int, name: str, check: Check = nobody_left) -> int:
    """What it takes on the disk; what has several names in the tree counts once."""
    seen, total = set[tuple[int, int]](), 0
    for found in walk(at, name):
        check()
        if found.status.st_nlink > 1 and not stat.S_ISDIR(found.status.st_mode):
            if found.key in seen:
                continue
            seen.add(found.key)
        total += found.status.st_blocks * BLOCK
    return total


def signatures(at: int, name: str) -> frozenset[tuple[object, ...]]:
    return frozenset(found.signature for found in walk(at, name))


def look(path: Path) -> os.stat_result | None:
    """The thing of this name itself, if there is one."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return path.lstat()
    return None


def make_writable(at: int, name: str, mode: int) -> None:
    """Let its owner into a directory: it may be a moment before it is removed or moved."""
    if mode & 0o700 != 0o700:
        set_mode(at, name, mode | 0o700)


def set_mode(at: int, name: str, mode: int) -> None:
    """Never that of what a link leads to."""
    with opened(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, at) as descriptor:
        if not stat.S_ISLNK(os.fstat(descriptor).st_mode):
            os.chmod(f"/proc/self/fd/{descriptor}", stat.S_IMODE(mode))  # noqa: PTH101 - no path


def named(path: Path) -> str:
    return f"'{readable(path)}'"
