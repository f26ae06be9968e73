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

from rdvd.ground.ownership import OURS
from rdvd.ground.private import read_private

PROC = Path("/proc")
CREDENTIALS = struct.Struct("iII")  # pid, uid, gid: see unix(7)
LOCKED = re.compile(rb"^lock:\s+\d+: FLOCK\s+ADVISORY\s+WRITE\s", re.MULTILINE)
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
def holder_of(pid_file: Path) -> Generator[Holder | None]:
    """Who holds the lock on the file, or None: then whatever the file says is stale."""
    pid = _pid_in(pid_file)
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
        is_it = _holds(pid, pid_file) and not found.is_gone_within(0)
        yield found if is_it else None
    finally:
        os.close(descriptor)


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


def _holds(pid: int, pid_file: Path) -> bool:
    """One of its descriptors is this very file, and carries a lock for writing."""
    try:
        file = pid_file.stat()
        for entry in (PROC / str(pid) / "fd").iterdir():
            if _is_at(entry, file) and LOCKED.search(_about(pid, entry.name)):
                return True
    except OSError:
        return False  # it ended, or is another user's
    return False


def _is_at(entry: Path, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(entry.stat(), file)
    except OSError:
        return False


def _about(pid: int, descriptor: str) -> bytes:
    try:
        return (PROC / str(pid) / "fdinfo" / descriptor).read_bytes()
    except OSError:
        return b""
