"""Who holds a lock (flock), as the kernel tells it: no number in a file is believed."""

import os
import re
from pathlib import Path

PROC = Path("/proc")
LOCKED = re.compile(rb"^lock:\s+\d+: FLOCK\s+ADVISORY\s+WRITE\s", re.MULTILINE)
# 1: FLOCK  ADVISORY  WRITE 4711 fe:00:3384855 0 EOF: the pid, device and inode, see proc_locks(5).
OF_ALL = re.compile(
    rb"^\d+: FLOCK\s+ADVISORY\s+WRITE (?P<pid>\d+) \S+:(?P<inode>\d+) ", re.MULTILINE
)


def who_holds(path: Path) -> int | None:
    """The process that has locked what lies there, if it is one that we may look into."""
    try:
        inode, table = path.stat().st_ino, (PROC / "locks").read_bytes()
    except OSError:
        return None
    pids = {int(each["pid"]) for each in OF_ALL.finditer(table) if int(each["inode"]) == inode}
    return next((pid for pid in pids if holds(pid, path)), None)


def holds(pid: int, path: Path) -> bool:
    """One of its descriptors is this very file, and carries a lock for writing."""
    try:
        file = path.stat()
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
