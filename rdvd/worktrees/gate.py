"""Who may do what with worktrees, and the note in the audit log that somebody did."""

from typing import Any, cast

from attrs import frozen

from rdvd import audit
from rdvd.audit import NewEntry
from rdvd.ground.errors import Forbidden
from rdvd.ground.routes import Request
from rdvd.identity import Action, Principal, Thing, ensure, name_of

from .front import Worktrees


@frozen
class Gate:
    front: Worktrees

    async def allow(self, request: Request[Any], action: Action) -> Principal:
        by = principal_of(request)
        try:
            ensure(by, action, Thing(user=by.user))
        except Forbidden as problem:
            await self._write(NewEntry(action, "refused", by.user, by.token, name_of(by), None,
                                       problem.code))  # fmt: skip
            raise
        return by

    async def note(self, by: Principal, action: str, about: str) -> None:
        await self._write(NewEntry(action, "accepted", by.user, by.token, name_of(by), about))

    async def _write(self, entry: NewEntry) -> None:
        await self.front.shop.store.write(audit.append, entry)


def principal_of(request: Request[Any]) -> Principal:
    """Who asks, on a route that lets nobody else in."""
    return cast(Principal, request.principal)
