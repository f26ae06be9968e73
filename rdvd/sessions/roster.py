"""Every session as it is now, in memory: each written by its own actor, read by everybody."""

from collections.abc import Iterable, Mapping

from rdvd.ground.errors import Conflict, NotFound
from rdvd.identity import SessionId, UserId

from .dye import dye_in, dye_of
from .types import Active, Session, Status, Suspended, status_of

GONE: frozenset[Status] = frozenset({"closed", "trashed"})


class Ambiguous(Conflict):
    """Several sessions have that name."""

    code = "AMBIGUOUS_NAME"


class Roster:
    """The sessions and, for whoever looks at a peer of ours, the processes that they live in, and
    the dyes of whoever left those."""

    def __init__(self) -> None:
        self._sessions: dict[SessionId, Session] = {}
        self._panes: dict[int, SessionId] = {}
        self._pids: dict[SessionId, int] = {}  # the other way round
        self._dyes: dict[int, SessionId] = {}

    def put(self, session: Session) -> None:
        before = self._sessions.get(session.id)
        self._sessions[session.id] = session
        if before is None:
            self._dyes[dye_of(session.id)] = session.id
        if isinstance(session.state, Active | Suspended):
            self.register(session.state.pane.pid, session.id)
        elif before is not None and type(before.state) is not type(session.state):
            self._forget_process(session.id)  # the number of a dead one is anybody's

    def register(self, pid: int, id: SessionId) -> None:
        """What runs in this process is the session's, even before the row says so."""
        self._forget_process(id)
        self._panes[pid], self._pids[id] = id, pid

    def remove(self, id: SessionId) -> None:
        self._forget_process(id)
        self._sessions.pop(id, None)
        self._dyes.pop(dye_of(id), None)

    def panes(self) -> Mapping[int, SessionId]:
        return self._panes

    def dyed(self, pid: int) -> SessionId | None:
        """The session that this process was begun in, closed or not, for all that it shows."""
        return self._dyes.get(dye_in(pid))

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

    def _forget_process(self, id: SessionId) -> None:
        pid = self._pids.pop(id, None)
        if pid is not None and self._panes.get(pid) == id:
            del self._panes[pid]
