"""Servers that live on without a socket, since somebody has removed it: they can make it anew.

Nobody reaches their sessions before that, and a second server in its place would part us from them.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import trio

from .client import is_listening

PROC = Path("/proc")
AS_UNIT = [b"-f", b"/dev/null"]
AS_DAEMON = [*AS_UNIT, b"new-session", b"-d"]
LONGEST_RECALL = 2.0
LOOK_AGAIN = 0.01


async def recall(path: Path) -> bool:
    """Have the server of this socket make it anew; False: there is no such server."""
    if not await trio.to_thread.run_sync(_ask, path):
        return False
    with trio.move_on_after(LONGEST_RECALL):
        while not is_listening(path):  # noqa: ASYNC110 - no event exists for that
            await trio.sleep(LOOK_AGAIN)
        return True
    return False


def sockets_lost(run: Path) -> set[Path]:
    """Of servers that live: for a thread."""
    return {path for _, path in _servers() if path.parent == run and not os.path.lexists(path)}


def _ask(path: Path) -> bool:
    if os.path.lexists(path):
        return False
    asked = False
    for pid, its in _servers():
        with suppress(OSError):
            descriptor = os.pidfd_open(pid)
            try:
                # What the descriptor holds cannot change any more, so now a look decides.
                if its == path == _socket_of(pid):
                    signal.pidfd_send_signal(descriptor, signal.SIGUSR1)
                    asked = True
            finally:
                os.close(descriptor)
    return asked


def _servers() -> Iterator[tuple[int, Path]]:
    for name in (each.name for each in PROC.iterdir()):
        if name.isdecimal() and (path := _socket_of(int(name))) is not None:
            yield int(name), path


def _socket_of(pid: int) -> Path | None:
    """By the command that we start servers with; a client, which this signal would end, has
    another one."""
    with suppress(OSError):
        words = (PROC / str(pid) / "cmdline").read_bytes().removesuffix(b"\0").split(b"\0")[1:]
        is_unit = words[:1] == [b"-D"]
        match words[is_unit:][:6]:
            case [b"-S", path, *rest] if rest == (AS_UNIT if is_unit else AS_DAEMON):
                return Path(os.fsdecode(path))
            case _:
                pass
    return None
