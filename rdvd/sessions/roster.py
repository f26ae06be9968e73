"""Every session as it is now, in memory: each written by its own actor, read by everybody."""

from collections.abc import Iterable, Mapping

from rdvd.ground.errors import Conflict, NotFound
from rdvd.identity import SessionId, UserId

from .types import Active, Session, Status, Suspended, pane_of, status_of

GONE: frozenset[Status] = frozenset({"closed", "trashed"})


class Ambiguous(Conflict):
    """Several sessions have that name."""

    code = "AMBIGUOUS_NAME"


class Roster:
    """The sessions and, for whoever looks at a peer of ours, the processes that they live in."""

    def __init__(self) -> None:
        self._sessions: dict[SessionId, Session] = {}
        self._panes: dict[int, SessionId] = {}

    def put(self, session: Session) -> None:
        self._forget_pane(session.id)
        self._sessions[session.id] = session
        if isinstance(session.state, Active | Suspended):  # the number of a dead one is anybody's
            self._panes[session.state.pane.pid] = session.id

    def register(self, pid: int, id: SessionId) -> None:
        """What runs in this process is the session's, even before the row says so."""
        self._panes[pid] = id

    def remove(self, id: SessionId) -> None:
        self._forget_pane(id)
        self._sessions.pop(id, None)

    def panes(self) -> Mapping[int, SessionId]:
        return self._panes

    def all(self) -> Iterable[Session]:
        return list(self._sessions.values())

    def get(self, id: SessionId) -> Session:
        session = self._sessions.get(id)
        if session is None:
            raise NotFound(f"there is no session {id[:100]}")
        return session

    def find(self, word: str, user: UserId | None) -> Session:
        """By id, or by a name that no other has; of this user, or of anybody's for None."""
        by_id = self._sessions.get(SessionId(word))
        if by_id is not None:
            return by_id
        named = [each for each in self.of(user) if each.name == word]
        here = [each for each in named if status_of(each.state) not in GONE] or named
        if len(here) > 1:
            ids = [each.id for each in here]
            raise Ambiguous(f"{len(here)} sessions are named so: use an id", ids=ids)
        if not here:
            raise NotFound(f"there is no session {word[:100]}")
        return here[0]

    def of(self, user: UserId | None) -> list[Session]:
        """In the order that their owner gave them."""
        found = [each for each in self.all() if user is None or each.user == user]
        return sorted(found, key=lambda each: (each.order, each.created, each.id))

    def next_order(self, user: UserId) -> int:
        return max((each.order for each in self.of(user)), default=-1) + 1

    def count(self, *statuses: Status) -> int:
        return sum(status_of(each.state) in statuses for each in self.all())

    def neighbours(self, session: Session) -> frozenset[SessionId]:
        if session.folder is None:
            return frozenset()
        others = (each for each in self.all() if each.folder == session.folder)
        return frozenset(each.id for each in others if each.user == session.user)

    def _forget_pane(self, id: SessionId) -> None:
        old = pane_of(self._sessions[id]) if id in self._sessions else None
        if old is not None and self._panes.get(old.pid) == id:
            del self._panes[old.pid]
