"""How identity tells the audit log what it did: what is said together stands there together."""

import logging
import sqlite3
from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from rdvd.ground.errors import StorageFull
from rdvd.ground.store import Along, Store, alone

from .types import AuthEvent

log = logging.getLogger("rdvd.identity")


class Record(Protocol):
    """Writes the audit log, and `along` in the same transaction."""

    async def __call__(self, *events: AuthEvent, along: Along = alone) -> object: ...


@frozen
class Scribe:
    record: Record
    store: Store

    async def note(self, event: AuthEvent) -> None:
        """Nobody is locked out of a daemon whose disk is full."""
        try:
            await self.record(event)
        except StorageFull:
            _tell(event)

    async def note_with(self, events: Sequence[AuthEvent], *writes: Along) -> None:
        """All at once; if there is no room for all, what was done goes before the note of it."""

        def along(db: sqlite3.Connection) -> None:
            for write in writes:
                write(db)

        try:
            await self.record(*events, along=along)
        except StorageFull:
            await self.store.write(along)
            for event in events:
                _tell(event)


def _tell(event: AuthEvent) -> None:
    log.error("audit.not_written", extra={"action": event.action, "token": event.token})
