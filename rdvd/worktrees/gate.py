"""Who may do what with worktrees, and the note in the audit log that somebody did."""

from typing import Any

from attrs import frozen

from rdvd import audit
from rdvd.audit import NewEntry
from rdvd.ground.errors import Forbidden
from rdvd.ground.routes import Request
from rdvd.identity import Action, Principal, Thing, ensure, principal_of

from .front import Worktrees

PATIENTLY = 900.0  # of a route: a fetch, a checkout and a setup have limits of their own


@frozen
class Gate:
    front: Worktrees

    async def allow(self, request: Request[Any], action: Action) -> Principal:
        by = principal_of(request)
        try:
            ensure(by, action, Thing(user=by.user))
        except Forbidden as problem:
            await self._write(audit.entry_by(by, action, None, problem.code, "refused"))
            raise
        return by

    async def note(self, by: Principal, action: str, about: str) -> None:
        await self._write(audit.entry_by(by, action, about))

    async def _write(self, entry: NewEntry) -> None:
        await self.front.shop.store.write(audit.append, entry)
