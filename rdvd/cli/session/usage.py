"""What the processes of a session use, as the kernel tells it: processor time and memory.

A session is the wrapper in its pane and all that descends from it. The daemon tells the wrapper's
pid with its start time, so a number that is somebody else's by now is not taken for it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
USER_TIME, SYSTEM_TIME, STARTED, PAGES = 11, 12, 19, 21  # after the name, in /proc/PID/stat


class Usage(NamedTuple):
    cpu_seconds: float
    memory_bytes: int  # resident; what processes share is counted for each
    processes: int


def usage_of(pid: int | None, born: int | None) -> Usage | None:
    """None if there is nothing of it any more."""
    if pid is None:
        return None
    first = _stat(pid)
    if not first or int(first[STARTED]) != born:
        return None
    stats = [stat for each in _tree(pid) if (stat := _stat(each))]
    ticks = sum(int(stat[USER_TIME]) + int(stat[SYSTEM_TIME]) for stat in stats)
    pages = sum(int(stat[PAGES]) for stat in stats)
    return Usage(ticks / TICKS, pages * PAGE, len(stats))


def _stat(pid: int) -> list[str]:
    """Nothing once it is gone. The name in parentheses may hold anything."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _tree(pid: int) -> Iterator[int]:
    to_visit = [pid]
    while to_visit:
        pid = to_visit.pop()
        yield pid
        for children in (PROC / str(pid) / "task").glob("*/children"):
            try:
                to_visit += [int(child) for child in children.read_text().split()]
            except OSError:  # it has just ended
                continue
