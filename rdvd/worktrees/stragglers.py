"""Programs that go on although the daemon that began them was killed: for a thread."""

import os
import select
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from .types import Worktree

ACT = "RDV_ACT"
PROC = Path("/proc")
PATIENCE = 5.0
NUMBERS = (signal.SIGTERM, signal.SIGKILL)


def act_of(tree: Worktree) -> Mapping[str, str]:
    """By this the next start of the daemon finds programs of an act that it has cut off."""
    return {ACT: tree.id}


def end_stragglers(act: str) -> int:
    """Those of this one act, told by what we have put into their environment. How many."""
    descriptors = list(_of(f"{ACT}={act}".encode()))
    try:
        for number in NUMBERS:
            for descriptor in descriptors:
                with suppress(ProcessLookupError, PermissionError):
                    signal.pidfd_send_signal(descriptor, number)
            if _all_ended(descriptors):
                break
        return len(descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _of(mark: bytes) -> Iterator[int]:
    for process in PROC.iterdir():
        if process.name.isdecimal() and _carries(process, mark):
            with suppress(ProcessLookupError):
                descriptor = os.pidfd_open(int(process.name))
                # What the descriptor holds cannot change any more, so now a look decides.
                if _carries(process, mark):
                    yield descriptor
                else:
                    os.close(descriptor)


def _carries(process: Path, mark: bytes) -> bool:
    with suppress(OSError):
        return mark in (process / "environ").read_bytes().split(b"\0")
    return False


def _all_ended(descriptors: list[int]) -> bool:
    waiting = select.poll()  # select(2) knows no number above 1,023
    for descriptor in descriptors:
        waiting.register(descriptor, select.POLLIN)
    left = len(descriptors)
    while left:
        ended = waiting.poll(PATIENCE * 1_000)
        if not ended:
            return False
        for descriptor, _ in ended:
            waiting.unregister(descriptor)
        left -= len(ended)
    return True
