"""Waiting until something is made, removed or renamed in a few directories: inotify(7)."""

import ctypes
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

import trio

# IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE, IN_DELETE_SELF, IN_MOVE_SELF
NAMES_CHANGE = 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800
ONLY_DIRECTORIES = 0x0100_0000
MANY_EVENTS = 64 * 1024


class Changes:
    """What has happened since one last waited is kept by the kernel. What it was is not told:
    whoever waits looks for themselves, which also covers what the kernel had no room for."""

    def __init__(self, descriptor: int, library: ctypes.CDLL) -> None:
        self._descriptor = descriptor
        self._library = library

    def follow(self, directories: Iterable[Path]) -> None:
        """Again and again: a directory that was made anew is another one. One that cannot be
        followed is missed by nobody who looks at times as well."""
        for directory in directories:
            self._library.inotify_add_watch(
                self._descriptor, os.fsencode(directory), NAMES_CHANGE | ONLY_DIRECTORIES
            )

    async def wait(self) -> None:
        await trio.lowlevel.wait_readable(self._descriptor)
        os.read(self._descriptor, MANY_EVENTS)


@contextmanager
def changes() -> Generator[Changes | None]:
    """None where the kernel gives us no more of these: a user may have 128, see inotify(7)."""
    library = ctypes.CDLL(None)
    descriptor = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0:
        yield None
        return
    try:
        yield Changes(descriptor, library)
    finally:
        os.close(descriptor)
