"""Why a session is in the state it is in: every fact that this was decided by, looked at anew."""

import trio
from attrs import frozen

from rdvd.ground.errors import Problem

from . import homes, terminal
from .acts import place_of
from .census import members
from .processes import look_at
from .shop import Shop, traces_of
from .types import (
    Active,
    Closed,
    Exit,
    Exited,
    Lost,
    Session,
    Starting,
    Status,
    Suspended,
    Trashed,
    pane_of,
    status_of,
)

LOOK_SECONDS = 2.0


@frozen
class ProcessShown:
    pid: int
    parent: int
    name: str
    state: str


@frozen
class Explanation:
    """`tmux`: what tmux says of the pane, or why it says nothing."""

    status: Status
    because: str
    wrapper_lives: bool
    was_let_go: bool
    exit_left: str | None
    tmux: str
    foreground: str | None
    processes: list[ProcessShown]


async def explain(shop: Shop, session: Session) -> Explanation:
    home, pane = shop.home(session.id), pane_of(session)
    wrapper = look_at(pane.pid) if pane is not None else None
    lives = wrapper is not None and pane is not None and wrapper.born == pane.born
    how = await trio.to_thread.run_sync(homes.read_exit, home)
    leader = look_at(wrapper.foreground) if wrapper is not None and lives else None
    found = members(traces_of(session), await shop.census.look())
    return Explanation(
        status=status_of(session.state),
        because=_because(session),
        wrapper_lives=lives,
        was_let_go=await trio.to_thread.run_sync(homes.has_begun, home),
        exit_left=how and said(how),
        tmux=await _what_tmux_says(shop, session),
        foreground=leader and leader.name,
        processes=[ProcessShown(p.pid, p.parent, p.name, p.state) for p in found],
    )


async def _what_tmux_says(shop: Shop, session: Session) -> str:
    pane = pane_of(session)
    if pane is None:
        return "there is no pane to ask for"
    with trio.move_on_after(LOOK_SECONDS):
        try:
            seen = await terminal.look(shop.tmux, place_of(session, pane))
        except Problem as problem:
            return problem.detail
        if seen is None:
            return "tmux has no such session"
        return f"pane {seen.pane} of process {seen.pid} is {'dead' if seen.is_dead else 'alive'}"
    return f"tmux did not answer within {LOOK_SECONDS:g} s"


def _because(session: Session) -> str:
    match session.state:
        case Starting(_, again):
            return "it is being started" + (" again" if again else "")
        case Active():
            return "its wrapper runs"
        case Suspended(_, frozen):
            return "somebody suspended it" + (" and froze its processes" if frozen else "")
        case Exited(how):
            return said(how)
        case Lost(reason):
            return reason
        case Closed(_, how):
            return "somebody closed it" + (f"; {said(how)}" if how else "")
        case Trashed():
            return "somebody moved it to the trash"


def said(how: Exit) -> str:
    if how.signal is not None:
        return f"its command was ended by signal {how.signal}"
    if how.code is None:
        return "its command was ended together with its wrapper, and nobody saw how"
    return f"its command returned {how.code}"
