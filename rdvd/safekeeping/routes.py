"""A copy of the database while the daemon runs, for its owner."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Literal

import trio
from attrs import frozen

from rdvd.ground.backup import backup
from rdvd.ground.errors import BadInput, Forbidden, Problem
from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Store
from rdvd.identity import AuthEvent, Principal, ensure, principal_of

from .types import BackedUp, BackupOrder

BACKUP: Final = "daemon.backup"
LONGEST = 600.0  # seconds: a large database on a slow disk

Record = Callable[[AuthEvent], Awaitable[object]]


class NotWritten(Problem):
    """There is no copy; the database is as it was."""

    status = 409
    title = "Not written"
    code = "NOT_WRITTEN"


def safekeeping_routes(store: Store, database: Path, record: Record) -> Routes:
    routes, keeper = Routes(), Keeper(store, database, record)

    @routes.route(
        "POST", "/api/backup",
        "For the owner (daemon.backup): copy the database to a new file of the daemon's machine",
        request=BackupOrder, response=BackedUp, status=201, deadline=LONGEST,
    )  # fmt: skip
    async def back_up(request: Request[BackupOrder]) -> BackedUp:
        return await keeper.back_up(principal_of(request), request.body.file)

    return routes


@frozen
class Keeper:
    """Every attempt is in the audit log, whatever became of it."""

    store: Store
    database: Path
    record: Record

    async def back_up(self, by: Principal, file: str) -> BackedUp:
        try:
            ensure(by, BACKUP)
            done = await self._copy(_place(file))
        except Problem as problem:
            outcome = "refused" if isinstance(problem, Forbidden) else "failed"
            await self._note(by, file, outcome, problem.code)
            raise
        await self._note(by, file, "accepted")
        return done

    async def _copy(self, target: Path) -> BackedUp:
        await self.store.ping()  # if its file was exchanged, what lies there is not what we hold
        try:
            size = await trio.to_thread.run_sync(_copy, self.database, target)
        except OSError as error:
            raise NotWritten(f"{target} cannot be written: {error.strerror}") from error
        return BackedUp(str(target), size)

    async def _note(
        self,
        by: Principal,
        file: str,
        outcome: Literal["accepted", "refused", "failed"],
        reason: str | None = None,
    ) -> None:
        await self.record(AuthEvent(BACKUP, outcome, by.user, by.token, None, file, reason))


def _place(file: str) -> Path:
    if "\0" in file or not file.startswith("/"):
        why = "no absolute path: the daemon has another working directory than you"
        raise BadInput(f"$.file: {file!r} is {why}", path="$.file")
    return Path(file)


def _copy(database: Path, target: Path) -> int:
    """In a thread: whose caller leaves, or has waited too long, leaves no half of a copy."""
    try:
        backup(database, target, is_over=_is_over)
    except sqlite3.OperationalError:
        trio.from_thread.check_cancelled()
        raise
    return target.stat().st_size


def _is_over() -> bool:
    try:
        trio.from_thread.check_cancelled()
    except trio.Cancelled:
        return True
    return False
