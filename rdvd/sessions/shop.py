"""All that this slice works with, in one hand."""

from attrs import frozen

from actors import Ref, Topic
from rdvd.bytelog import Recording
from rdvd.ground.store import Store
from rdvd.identity import Auth, SessionId
from rdvd.screens import Keyframes, Redactor
from rdvd.tmux import Tmux
from rdvd.trash import Trash
from rdvd.worktrees import Worktrees

from .census import Census, Traces
from .homes import Home
from .roster import Roster
from .settings import SessionSettings
from .types import Session, SessionFact, pane_of


@frozen
class Shop:
    store: Store
    tmux: Tmux
    recording: Recording
    auth: Ref[Auth]
    settings: SessionSettings
    roster: Roster
    facts: Topic[SessionFact]
    census: Census
    keyframes: Keyframes
    redactor: Redactor
    trash: Trash
    worktrees: Worktrees

    def home(self, id: SessionId) -> Home:
        return Home(self.settings.directory / id)


def traces_of(session: Session) -> Traces:
    """Of a session without a pane, what its processes carry is all there is to go by."""
    pane = pane_of(session)
    return Traces(session.id, pane.pid if pane else 0, pane.born if pane else 0)
