"""Which process owns the data directory: by the lock it holds, not by a number in a file.

The number may be of a process that is long dead, or of another that got it since. What proves it
is the kernel's own list of a process's locks; and a pidfd keeps that process from being mistaken
for a later one.
"""

import os
import re
import select
import signal
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rdvd.ground.locks import PROC, holds, who_holds
from rdvd.ground.ownership import OURS
from rdvd.ground.private import read_private

CREDENTIALS = struct.Struct("iII")  # pid, uid, gid: see unix(7)
UNIT = re.compile(r"/(rdvd\.service)(?:/|$)", re.MULTILINE)


class Holder:
    """A living process that holds the lock, and stays the one that is meant."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self.pid = pid
        self._descriptor = descriptor

    def send(self, number: signal.Signals) -> None:
        """To nobody if it has ended meanwhile."""
        try:
            signal.pidfd_send_signal(self._descriptor, number)
        except ProcessLookupError:
            return

    def is_gone_within(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))

    def unit(self) -> str | None:
        """The systemd unit that runs it, if ours does: what stops it must be systemd."""
        found = UNIT.search(control_group(self.pid))
        return found[1] if found else None


@contextmanager
def holder_of(pid_file: Path, home: Path | None = None) -> Generator[Holder | None]:
    """Who holds the lock on the file, or else, whatever became of that file, on the home. None:
    then whatever the file says is stale."""
    place, pid = _held(pid_file, home)
    try:
        descriptor = None if pid is None else os.pidfd_open(pid)
    except (OSError, OverflowError):  # no such process, or no number that one could have
        descriptor = None
    if pid is None or descriptor is None:
        yield None
        return
    try:
        found = Holder(pid, descriptor)
        # In this order: while it lives its number is its own, so what was read was about it.
        is_it = holds(pid, place) and not found.is_gone_within(0)
        yield found if is_it else None
    finally:
        os.close(descriptor)


def _held(pid_file: Path, home: Path | None) -> tuple[Path, int | None]:
    keeper = None if home is None else who_holds(home)
    if home is not None and keeper is not None:
        return home, keeper
    return pid_file, _pid_in(pid_file)


def listener_of(path: Path) -> int | None:
    """The daemon that listens there, whatever it holds; not systemd, which does so in its place."""
    with socket.socket(socket.AF_UNIX) as client:
        client.setblocking(False)
        try:
            client.connect(str(path))
            pid, _, _ = CREDENTIALS.unpack(
                client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
            )
            words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return None
    return pid if any(os.path.basename(word) == b"rdvd" for word in words) else None  # noqa: PTH119


def control_group(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cgroup").read_text()
    except OSError:
        return ""


def _pid_in(pid_file: Path) -> int | None:
    found = OURS.fullmatch(read_private(pid_file) or b"")
    return int(found["pid"]) if found and found["pid"] else None
