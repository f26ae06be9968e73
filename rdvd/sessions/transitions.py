"""From one state of a session to the next, or a refusal that says what would help. Pure."""

from attrs import evolve

from rdvd.ground.errors import Conflict

from .types import (
    Active,
    Closed,
    Exit,
    Exited,
    Living,
    Lost,
    Pane,
    Session,
    Starting,
    State,
    Suspended,
    Trashed,
    exit_of,
    pane_of,
    status_of,
)


class SessionBusy(Conflict):
    """It is just being made or unmade."""

    code = "SESSION_BUSY"


class SessionGone(Conflict):
    """Nothing runs in it, and somebody wants to use what runs in it."""

    code = "TMUX_SESSION_GONE"


class SessionOver(Conflict):
    """It was closed."""

    code = "SESSION_CLOSED"


def living(session: Session) -> Living:
    """The state if something runs in it; else why not."""
    match session.state:
        case Active() | Suspended():
            return session.state
        case _:
            raise _not_living(session)


def shown(session: Session) -> Pane:
    """The pane if there is one to look at, dead or alive."""
    pane = pane_of(session)
    if pane is None:
        raise _not_living(session)
    return pane


def launched(session: Session, pane: Pane, now: int) -> Session:
    if not isinstance(session.state, Starting):
        raise SessionBusy(f"the session is {_word(session)} and was not being started")
    return _to(session, Active(pane), now)


def suspended(session: Session, now: int, *, frozen: bool) -> Session:
    state = living(session)
    return _to(session, Suspended(state.pane, frozen), now)


def resumed(session: Session, now: int) -> Session:
    return _to(session, Active(living(session).pane), now)


def ended(session: Session, how: Exit, now: int, *, keeps_pane: bool = True) -> Session:
    """The command has ended, whatever we thought it was doing."""
    pane = pane_of(session) if keeps_pane else None
    match session.state:
        case Active() | Suspended() | Starting():
            return _to(session, Exited(how, pane), now)
        case _:
            return session


def lost(session: Session, reason: str, now: int) -> Session:
    match session.state:
        case Active() | Suspended() | Starting():
            return _to(session, Lost(reason, now), now)
        case _:
            return session


def without_pane(session: Session, now: int) -> Session:
    """The pane of a command that has ended is gone; how it ended we still know."""
    match session.state:
        case Exited(how, pane) if pane is not None:
            return _to(session, Exited(how), now)
        case _:
            return session


def relaunching(session: Session, now: int, *, by_policy: bool = False) -> Session:
    """Whatever ran in it has been ended by now."""
    match session.state:
        case Closed() | Trashed():
            raise SessionOver(f"the session is {_word(session)}: make a new one")
        case Starting():
            raise SessionBusy("the session is just being started")
        case _:
            old = session.restarts
            row = old.in_a_row + 1 if by_policy else 0
            restarts = evolve(old, count=old.count + 1, in_a_row=row)
            return evolve(_to(session, Starting(now, again=True), now), restarts=restarts)


def closed(session: Session, now: int, how: Exit | None = None) -> Session:
    match session.state:
        case Closed() | Trashed():
            raise SessionOver(f"the session is {_word(session)} already")
        case _:
            return _to(session, Closed(now, how or exit_of(session)), now)


def trashed(session: Session, now: int) -> Session:
    match session.state:
        case Closed(_, how):
            return _to(session, Trashed(now, how), now)
        case Trashed():
            raise SessionOver("the session is in the trash already")
        case _:
            raise SessionBusy(f"the session is {_word(session)}: close it first")


def restored(session: Session, now: int) -> Session:
    """Out of the trash: what it was before, which is closed."""
    match session.state:
        case Trashed(_, how):
            return _to(session, Closed(now, how), now)
        case _:
            raise Conflict(f"the session is {_word(session)}, not in the trash", code="NOT_TRASHED")


def _to(session: Session, state: State, now: int) -> Session:
    return evolve(session, state=state, updated=now)


def _not_living(session: Session) -> Conflict:
    match session.state:
        case Starting():
            return SessionBusy("the session is just being started")
        case Closed() | Trashed():
            return SessionOver(f"the session is {_word(session)}")
        case Lost(reason):
            return SessionGone(f"nothing runs in it: {reason}; resume it with relaunch, or restart")
        case _:
            return SessionGone("its command has ended; resume it with relaunch, or restart it")


def _word(session: Session) -> str:
    return status_of(session.state)
