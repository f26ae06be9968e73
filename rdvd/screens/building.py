"""`python -m rdvd.screens.building DIRECTORY ...`: add missing keyframes to sessions' logs.

A process of its own, at the lowest priority, so that neither the daemon's loop nor anybody else
waits for it. It may be ended at any time: a frame is there as a whole or not at all.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from rdvd.bytelog import ByteLog

from .frames import forget_frames
from .replay import build_frames
from .sizes import read_sizes


def build(directory: Path) -> None:
    """For one session, named by its directory, up to what is the end of its log now."""
    log = ByteLog(directory)
    forget_frames(log.directory, log.first)
    for _ in build_frames(log, read_sizes(log.directory), log.directory):
        pass


def be_modest() -> None:
    """Run only when nobody else wants to."""
    os.nice(19)
    with suppress(OSError, AttributeError):  # forbidden in some containers, absent elsewhere
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


if __name__ == "__main__":
    be_modest()
    for name in sys.argv[1:]:
        build(Path(name))
