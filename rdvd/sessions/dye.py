"""A dye in every process of a session: a limit of the kernel that limits nothing, with our number.

Limits are inherited by every child and survive every program that is started. So whoever leaves a
session in all other ways, with a kernel session, a parent and an environment of its own, still
shows where it comes from. Only the soft limit is set, so that whoever wants to may wash it off.
"""

import resource
from contextlib import suppress
from hashlib import blake2b

LOCKS = 10  # RLIMIT_LOCKS of linux/resource.h, which Linux has not looked at since 2.4
SMALLEST = 1 << 56  # below it a limit may be what somebody meant


def dye_of(session: str) -> int:
    return SMALLEST + int.from_bytes(blake2b(session.encode(), digest_size=7).digest(), "big")


def dye_in(pid: int) -> int:
    """The dye of this process; 0: none, or we may not see it, or it is gone."""
    try:
        return max(resource.prlimit(pid, LOCKS)[0], 0)
    except OSError:
        return 0


def wash_off() -> None:
    """For a daemon that somebody started from within a session: nothing of ours is part of it."""
    with suppress(OSError):  # where this may not be changed no wrapper could do it either
        _, hard = resource.getrlimit(LOCKS)
        resource.setrlimit(LOCKS, (hard, hard))
