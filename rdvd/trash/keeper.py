"""The trash: puts in, gives back, and lets go of what has been there long enough.

An act is written down before its first step, and after its last one in one transaction with
whatever else it changes. What is cut off in between is undone: by the one who leaves, or by the
next start. So nothing is ever in two places for the store, or in none.
"""

import logging
import os
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import trio
from attrs import evolve

from rdvd.events import Events
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import BadInput
from rdvd.ground.ids import new_id
from rdvd.ground.store import Store
from rdvd.identity import UserId

from . import moving, storage
from .caretaker import Caretaker
from .custody import Custody, until_cancelled
from .settings import TrashSettings
from .storage import Commit
from .survey import survey, targets_of
from .types import (
    LARGEST_DETAIL,
    LONGEST_TITLE,
    Ambiguous,
    NotInTrash,
    Parcel,
    Restored,
    TrashEntry,
    TrashId,
    TrashKind,
    readable,
)
from .views import brief
from .walking import Check

log = logging.getLogger("rdvd.trash")

DAY_MS = 24 * 3600 * 1000
UNDO_SECONDS = 15.0
THERE = ("kept", "leaving")


class Restorer(Protocol):
    """What a kind of thing is besides its files. A kind without one is its files."""

    async def restore(self, entry: TrashEntry, to: str | None) -> Restored:
        """Bring it back; ends with `Trash.give_back`, which lets go of the entry as it is done."""
        ...

    def forget(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        """It goes for good, in this very transaction: remove the rows that it stood for."""
        ...

    def forgotten(self, entry: TrashEntry) -> None:
        """That transaction is on the disk."""
        ...


class Trash:
    """`keep` is a task of the tree; it is up once what the last end has cut off is undone."""

    def __init__(
        self,
        store: Store,
        settings: TrashSettings,
        events: Events,
        today: Callable[[], int] = now_ms,
    ) -> None:
        self._store = store
        self._settings = settings
        self._events = events
        self._today = today
        self._custody = Custody(store, settings)
        self._caretaker = Caretaker(self._custody, partial(self._tell, "trash.removed"))
        self._restorers: dict[TrashKind, Restorer] = {}

    def register(self, kind: TrashKind, restorer: Restorer) -> None:
        """Once for each kind, before the tree runs."""
        self._restorers[kind] = restorer

    async def put(
        self, parcel: Parcel, paths: Sequence[Path] = (), commit: Commit | None = None
    ) -> TrashEntry:
        """Throw it away, with these files. `commit` changes rows in the very transaction in which
        the entry comes to be: both are there, or neither. Whatever it raises undoes all."""
        entry = await until_cancelled(self._entry_of, parcel, paths)
        await self._store.write(storage.begin, entry, self._settings.max_bytes)
        async with self._undoing(self._custody.undo_put, entry):
            items = await until_cancelled(moving.take_in, self._custody.home(entry), entry.items)
            entry = evolve(entry, state="kept", items=items)
            await self._store.write(storage.keep, entry, commit)
        self._tell("trash.added", entry)
        await self._custody.end_asides(entry)
        return entry

    async def restore(self, entry: TrashEntry, to: str | None = None) -> Restored:
        restorer = self._restorers.get(entry.kind)
        if restorer is not None:
            return await restorer.restore(entry, to)
        targets, below = await trio.to_thread.run_sync(targets_of, entry, to)
        return await self.give_back(entry, targets, below=below)

    async def give_back(
        self,
        entry: TrashEntry,
        targets: Mapping[int, Path],
        commit: Commit | None = None,
        *,
        below: Path | None = None,
    ) -> Restored:
        """For restorers: its files to these places, by the numbers of the items, and out of the
        trash with it. Nothing is overwritten. Directories are made below `below` only."""
        await self._custody.end_asides(entry)
        home = self._custody.home(entry)
        items = tuple(evolve(item, target=targets[item.number]) for item in entry.items)
        present = await trio.to_thread.run_sync(moving.recognise, home, items)
        await self._store.write(storage.leave, entry.id, present)
        leaving = evolve(entry, items=present)
        async with self._undoing(self._custody.undo_restore, leaving):
            await self._custody.give_back(leaving, below)
            await self._store.write(storage.release, entry.id, commit)
        self._tell("trash.restored", entry)
        self._caretaker.ask()
        numbers = {item.number for item in present}
        missing = tuple(readable(each.origin) for each in items if each.number not in numbers)
        return Restored(tuple(readable(targets[each.number]) for each in present), missing)

    async def find(self, word: str, user: UserId) -> TrashEntry:
        """By id, or by a title that no other entry of this user has."""
        entry = await self._store.read(storage.find, TrashId(word))
        if entry is not None and entry.user == user and entry.state in THERE:
            return entry
        ids = await self._store.read(storage.titled, user, word)
        if len(ids) > 1:
            raise Ambiguous(f"{len(ids)} entries are titled so: use an id", ids=list(ids))
        entry = await self._store.read(storage.find, ids[0]) if ids else None
        if entry is None:
            raise NotInTrash(f"there is no {readable(word[:100])} in the trash")
        return entry

    async def page(
        self, user: UserId, kind: TrashKind | None, before: str | None, limit: int
    ) -> list[TrashEntry]:
        """Newest first, without their items. The next page is `before` the last one's id."""
        return await self._store.read(storage.listed, user, kind, before, limit)

    async def delete(self, entries: Sequence[TrashEntry]) -> None:
        """For ever: from here on they are gone, and their files soon are."""
        await self._store.write(self._let_go, entries)
        for entry in entries:
            if entry.kind in self._restorers:
                self._restorers[entry.kind].forgotten(entry)
        self._caretaker.ask()

    async def sum_older_than(self, moment: int, user: UserId) -> tuple[int, int]:
        """How many, and how many bytes, `empty` would remove."""
        return await self._store.read(storage.sum_older_than, moment, user)

    async def empty(self, moment: int, user: UserId) -> int:
        """All that this user has thrown away up to this moment."""
        return await self._delete_pages(moment, user, "thrown")

    async def expire(self) -> int:
        """What has been there long enough, of whomever it is."""
        return await self._delete_pages(self._today(), None, "expires")

    async def keep(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        await self._caretaker.recover()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._caretaker.remove_when_asked)
            task_status.started()
            await stopping.wait()
            nursery.cancel_scope.cancel()

    @asynccontextmanager
    async def _undoing(
        self, undo: Callable[[TrashEntry], Awaitable[None]], entry: TrashEntry
    ) -> AsyncGenerator[None, None]:
        """Undo it unless the block gets to its end, also if it is cancelled."""
        is_done = False
        try:
            yield
            is_done = True
        finally:
            if not is_done:
                with trio.CancelScope(shield=True, deadline=trio.current_time() + UNDO_SECONDS):
                    await undo(entry)
                    self._caretaker.ask()

    async def _delete_pages(self, moment: int, user: UserId | None, column: str) -> int:
        count = 0
        while page := await self._store.read(storage.older_than, moment, user, column):
            await self.delete(page)
            count += len(page)
        return count

    def _entry_of(self, check: Check, parcel: Parcel, paths: Sequence[Path]) -> TrashEntry:
        items = survey(check, paths, Path(os.path.realpath(self._settings.directory)))
        now = self._today()
        if len(str(parcel.detail)) > LARGEST_DETAIL:
            raise BadInput("there is too much to be known of it")
        return TrashEntry(
            id=TrashId(new_id()),
            user=parcel.user,
            kind=parcel.kind,
            title=readable(parcel.title[:LONGEST_TITLE]),
            place=None if parcel.place is None else readable(parcel.place),
            thrown=now,
            expires=now + round(self._settings.retention_days * DAY_MS),
            bytes=sum(item.bytes for item in items),
            version=parcel.version,
            detail=parcel.detail,
            state="entering",
            items=items,
        )

    def _let_go(self, db: sqlite3.Connection, entries: Sequence[TrashEntry]) -> None:
        for entry in entries:
            storage.move(db, entry.id, "kept", "going")
            if entry.kind in self._restorers:
                self._restorers[entry.kind].forget(db, entry)

    def _tell(self, what: str, entry: TrashEntry) -> None:
        self._events.publish(what, {"entry": brief(entry)}, entry.user)
