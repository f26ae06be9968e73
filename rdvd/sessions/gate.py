"""Who may do what with a session, and the note in the audit log that somebody did."""

import logging
from typing import Any

from attrs import frozen

from rdvd import audit
from rdvd.audit import Outcome
from rdvd.ground.errors import Forbidden, StorageFull
from rdvd.ground.routes import Request
from rdvd.identity import Action, Principal, SessionId, Thing, ensure, may, principal_of

from .front import Front
from .notes import Note
from .types import Session

log = logging.getLogger("rdvd.sessions")

NOTHING = Thing()
PATIENTLY = 120.0  # of a route: ending has its grace, and that can be configured


@frozen
class Gate:
    front: Front

    async def session(self, request: Request[Any], action: Action) -> Session:
        """The session of the path, by id or name, if the asker may do this to it."""
        return await self.named(principal_of(request), request.path["id"], action)

    async def named(self, by: Principal, word: str, action: Action) -> Session:
        session = self.front.find(word, by.user)
        neighbours = self.front.shop.roster.neighbours(session)
        thing = Thing(user=session.user, session=session.id, neighbours=neighbours)
        await self.allow(by, action, thing)
        return session

    def visible(self, by: Principal) -> list[Session]:
        """All that it may watch."""
        return [
            each
            for each in self.front.of(by.user)
            if may(by, "session.watch", Thing(user=each.user, session=each.id))
        ]

    async def allow(self, by: Principal, action: Action, thing: Thing = NOTHING) -> None:
        try:
            ensure(by, action, thing)
        except Forbidden as problem:
            await self.note(by, action, thing.session, "refused", problem.code)
            raise

    async def note(
        self,
        by: Principal,
        action: str,
        about: SessionId | None,
        outcome: Outcome = "accepted",
        detail: str | None = None,
    ) -> None:
        entry = audit.entry_by(by, action, about, detail, outcome)
        try:
            await self.front.shop.store.write(audit.append, entry)
        except StorageFull:  # who would make room may need a session for it
            log.error("audit.not_written", extra={"action": action, "session": about})

    def noting(self, by: Principal, action: str) -> Note:
        """The same for what is written together with the row that it changes."""
        return lambda db, session: audit.append(db, audit.entry_by(by, action, session.id))
