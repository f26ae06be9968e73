"""Single processes as /proc shows them, and signals that reach nobody else.

A process is known by pid and start time together: a pid alone may be somebody else's by now.
"""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from attrs import field, frozen

PROC = Path("/proc")
LARGEST_ENVIRONMENT = 1_048_576
LARGEST_STAT = 4_096
MOST_IDLE = 1_024
MOST_CHILDREN = 1 << 20  # bytes that name them
ENDED = "ZXx"


@frozen
class Process:
    """One process at one moment. `terminal` is the device number of its controlling terminal."""

    pid: int
    born: int
    parent: int = field(eq=False)
    group: int = field(eq=False)
    session: int = field(eq=False)
    terminal: int = field(eq=False)
    foreground: int = field(eq=False)  # the process group that has that terminal now
    state: str = field(eq=False)
    name: str = field(eq=False)
    threads: int = field(default=1, eq=False)
    image: bytes = field(default=b"", eq=False)  # where its code and environment lie in memory

    @property
    def has_ended(self) -> bool:
        """One whose first thread has ended runs on in the others, and only looks like a zombie."""
        return self.state in ENDED and self.threads < 2


def look_at(pid: int, proc: Path = PROC) -> Process | None:
    """None: there is no such process, or it has ended and only its parent has not noticed.

    Whoever cannot look, for want of a descriptor, must not take it for dead: that is an error.
    """
    with suppress(FileNotFoundError, ProcessLookupError, PermissionError, ValueError):
        process = parse_stat(_read_line(f"{proc}/{pid}/stat", LARGEST_STAT))
        return None if process.has_ended else process
    return None


def is_alive(pid: int, born: int) -> bool:
    found = look_at(pid)
    return found is not None and found.born == born


@lru_cache(MOST_IDLE)
def parse_stat(text: bytes) -> Process:
    """See proc(5). The name may hold spaces and brackets, so the last bracket counts.

    Most processes sleep, and their line is the same at every look.
    """
    before, _, after = text.rpartition(b")")
    pid, _, name = before.partition(b" (")
    fields = after.split()
    return Process(
        pid=int(pid),
        born=int(fields[19]),
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        terminal=int(fields[4]),
        foreground=int(fields[5]),
        state=fields[0].decode(),
        name=name.decode("utf-8", "replace"),
        threads=int(fields[17]),
        image=b" ".join((*fields[23:24], *fields[45:49])),
    )


def environment_of(pid: int, proc: Path = PROC) -> bytes:
    """The environment that it was started with, as far as we may see it."""
    with suppress(OSError):
        return _read(f"{proc}/{pid}/environ", LARGEST_ENVIRONMENT)
    return b""


def is_of_the_kernel(pid: int) -> bool:
    """Its own threads stand in /proc as well, often more of them than there are programs.

    Asked of everybody, like the session: hence no `suppress`, which takes longer than the kernel.
    """
    try:
        return os.getpgid(pid) == 0
    except OSError:
        return False


def session_of(pid: int) -> int:
    """The session in the kernel's sense; 0: there is no such process."""
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _read(path: str, most: int) -> bytes:
    """There are hundreds to read, and paths and files of Python cost more than the kernel does."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces: list[bytes] = []
        while most > 0 and (piece := os.read(descriptor, most)):
            pieces.append(piece)
            most -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def _read_line(path: str, most: int) -> bytes:
    """What the kernel hands over in one piece."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, most)
    finally:
        os.close(descriptor)


def command_of(pid: int) -> tuple[str, ...]:
    with suppress(OSError):
        raw = (PROC / str(pid) / "cmdline").read_bytes()
        return tuple(part.decode("utf-8", "replace") for part in raw.split(b"\0")[:-1])
    return ()


def children_of(pid: int) -> list[int]:
    """Each thread has its own."""
    found: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"{PROC}/{pid}/task"):  # noqa: PTH208 - see _read
            told = _read(f"{PROC}/{pid}/task/{thread}/children", MOST_CHILDREN)
            found += map(int, told.split())
    return found


def send(process: Process, number: signal.Signals) -> bool:
    """Signal this very process and no heir of its number. False: it has gone already."""
    with suppress(ProcessLookupError, PermissionError):
        descriptor = os.pidfd_open(process.pid)
        try:
            # What the descriptor holds cannot change any more, so now a look decides.
            if not is_alive(process.pid, process.born):
                return False
            signal.pidfd_send_signal(descriptor, number)
            return True
        finally:
            os.close(descriptor)
    return False


def send_all(processes: Iterable[Process], *numbers: signal.Signals) -> None:
    for process in processes:
        for number in numbers:
            send(process, number)


def ignores(process: Process, number: signal.Signals) -> bool:
    """Whether it has told the kernel to drop this signal, as interactive shells do with TERM."""
    with suppress(OSError, ValueError):
        status = (PROC / str(process.pid) / "status").read_text()
        mask = status.partition("SigIgn:")[2].split(maxsplit=1)[0]
        return bool(int(mask, 16) >> (number - 1) & 1)
    return False
