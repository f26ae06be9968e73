"""How many files and sockets we may have open, and so how many connections."""

import resource

from rdvd.ground.errors import Problem

MOST = 65_536  # as in the units
FOR_OURSELVES = 128  # the store, the log, tmux and the recorder, programs that are being started
FOR_A_CONNECTION = 3  # itself, who is at its other end, and for every second one a terminal
LEAST_CONNECTIONS = 4


class TooFewDescriptors(Problem):
    """Nobody could be served."""

    status = 500
    title = "Too few descriptors"
    code = "TOO_FEW_DESCRIPTORS"


def take_descriptors() -> int:
    """Each session and each viewer needs some; a login often has 1,024, and allows far more. What
    we had is returned: programs in sessions are to have no more, as those that use select(2) fall
    over a number above 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST if hard == resource.RLIM_INFINITY else min(MOST, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return soft


def room_for(wanted: int) -> int:
    """So many of the wanted connections, or fewer: beyond that they would fail in the middle."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return wanted
    return min(wanted, (limit - FOR_OURSELVES) // FOR_A_CONNECTION)


def shortage(wanted: int) -> str | None:
    """What is to be said if there is not room for all."""
    room = room_for(wanted)
    if room == wanted:
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        f"server.max_connections is {wanted}, and {room} is all that {limit} open files allow: "
        "raise the hard limit (`ulimit -Hn`, LimitNOFILE= of the unit), or lower the setting"
    )


def require_descriptors(wanted: int) -> None:
    """With fewer than these nothing works."""
    if room_for(wanted) < LEAST_CONNECTIONS:
        raise TooFewDescriptors(str(shortage(wanted)))
