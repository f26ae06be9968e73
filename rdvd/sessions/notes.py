"""The row of a session and the entry about it in the audit log: in one transaction."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

from rdvd import audit
from rdvd.audit import NewEntry
from rdvd.ground.errors import StorageFull
from rdvd.ground.store import Along
from rdvd.identity import OURSELVES

from . import storage
from .types import Session, Starting

Note: TypeAlias = Callable[[sqlite3.Connection, Session], object]  # who did it, for the audit log
Write: TypeAlias = Callable[[Along], Awaitable[object]]

log = logging.getLogger("rdvd.sessions")


def silently(_db: sqlite3.Connection, _session: Session) -> None:
    """Nobody asked for it."""


async def put(write: Write, session: Session, note: Note) -> None:
    try:
        await write(partial(_put, session=session, note=note))
    except StorageFull:
        if note is silently:
            raise
        await write(partial(storage.put, session=session))  # who would make room may need it
        log.error("audit.not_written", extra={"session": session.id})


def forget(db: sqlite3.Connection, session: Session) -> None:
    """It could not be begun. If it was noted before that it was, so is this."""
    storage.forget(db, session.id)
    if not isinstance(session.state, Starting):
        about = NewEntry("session.discard", "failed", session.user, None, OURSELVES, session.id)
        audit.append(db, about)


def _put(db: sqlite3.Connection, session: Session, note: Note) -> None:
    storage.put(db, session)
    note(db, session)
