"""What the states of a session mean to who watches it. Pure."""

from attrs import frozen

from rdvd.sessions import (
    Active,
    Closed,
    Exit,
    Exited,
    Lost,
    Session,
    Starting,
    Suspended,
    Trashed,
)
from rdvd.streams import Farewell

from . import types
from .types import ToViewer


@frozen
class Ending:
    """The last message to a viewer, if there is one, and the goodbye."""

    farewell: Farewell
    message: ToViewer | None = None


def ending_of(session: Session) -> Ending | None:
    """How a view of it ends in its present state; None if it goes on."""
    match session.state:
        case Active():
            return None
        case Starting(again=True):
            return Ending(types.RELAUNCHED)
        case Starting():
            return Ending(types.STARTING)
        case Suspended():
            return Ending(types.SUSPENDED, types.Error("the session is suspended", "SUSPENDED"))
        case Exited(exit=ended):
            return Ending(types.ENDED, _said(ended))
        case Lost(reason=reason):
            return Ending(types.LOST, types.Error(f"the terminal is gone: {reason}", "LOST"))
        case Closed(exit=ended) | Trashed(exit=ended):
            return Ending(types.CLOSED, None if ended is None else _said(ended))


def _said(ended: Exit) -> types.Exit:
    return types.Exit(ended.code, ended.signal)
