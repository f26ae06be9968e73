"""The trash: puts in, gives back, and lets go of what has been there long enough.

An act is written down before its first step, and after its last one in one transaction with
whatever else it changes. What is cut off in between is undone: by the one who leaves, or by the
next start. So nothing is ever in two places for the store, or in none.
"""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import evolve

from rdvd.events import Events
from rdvd.ground.ids import new_id
from rdvd.ground.store import Store
from rdvd.ground.whole import whole_or_undone
from rdvd.identity import UserId

from . import moving, queries, storage
from .aging import Retention
from .caretaker import Caretaker
from .custody import Custody, until_cancelled
from .members import Commit, Member, Restorer
from .settings import TrashSettings
from .sighting import Glance, Judged
from .survey import entry_of, survey, targets_of
from .types import (
    Ambiguous,
    NotInTrash,
    Parcel,
    Part,
    Restored,
    TrashEntry,
    TrashId,
    TrashKind,
    readable,
)
from .views import brief
from .watch import Watch

log = logging.getLogger("rdvd.trash")

DAY_MS = 24 * 3600 * 1000
THERE = ("kept", "leaving")


class Trash:
    """`keep` is a task of the tree; it is up once what the last end has cut off is undone."""

    def __init__(
        self,
        store: Store,
        settings: TrashSettings,
        events: Events,
        watch: Watch | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._events = events
        self._watch = watch or Watch()
        self._retention = Retention(store, self._watch)
        self._custody = Custody(store, settings)
        self._caretaker = Caretaker(self._custody, partial(self._tell, "trash.removed"))
        self._restorers: dict[TrashKind, Restorer] = {}
        self._members: dict[TrashKind, Member] = {}

    def register(self, kind: TrashKind, restorer: Restorer, member: Member | None = None) -> None:
        """Once for each kind, before the tree runs."""
        self._restorers[kind] = restorer
        if member is not None:
            self._members[kind] = member

    async def put(
        self,
        parcel: Parcel,
        paths: Sequence[Path] = (),
        commit: Commit | None = None,
        *,
        staying: Sequence[Path] = (),
        parts: Sequence[Part] = (),
    ) -> TrashEntry:
        """Throw it away, with these files. `commit` changes rows in the very transaction in which
        the entry comes to be: both are there, or neither. Whatever it raises undoes all.

        What is `staying` can be read where it is until the entry goes. `parts` of kinds that have a
        `Member` go along in the same transaction, and come back or go for ever with it.
        """
        entry = await self._entry_of(parcel, paths, staying)
        along = [
            evolve(await self._entry_of(part.parcel, (), part.staying), part_of=entry.id)
            for part in parts
        ]
        await self._store.write(self._begin, [entry, *along], self._watch.glance())
        async with whole_or_undone(partial(self._undo_put, entry, along)):
            moved = await until_cancelled(moving.take_in, self._custody.home(entry), entry.moved)
            staying_items = tuple(item for item in entry.items if item.stays)
            entry = evolve(entry, state="kept", items=(*moved, *staying_items))
            await self._store.write(self._keep, entry, along, commit)
        for part in along:
            await self._members[part.kind].changed(part)
        self._tell("trash.added", entry)
        await self._custody.end_asides(entry)
        return entry

    async def ask_for_room(self, staying: Sequence[Path]) -> None:
        """Refuse now what `put` would, before anything is ended for that."""
        items = await until_cancelled(survey, (), staying, self._settings.directory)
        size = sum(item.bytes for item in items)
        await self._store.read(storage.refuse_full, size, self._settings.max_bytes)

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
        home, parts = self._custody.home(entry), await self.parts_of(entry)
        items = tuple(evolve(item, target=targets[item.number]) for item in entry.moved)
        present = await trio.to_thread.run_sync(moving.recognise, home, items)
        leaving = evolve(entry, items=(*present, *(each for each in entry.items if each.stays)))
        await self._store.write(storage.leave, entry.id, leaving.items)
        async with whole_or_undone(partial(self._undo_restore, leaving)):
            await self._custody.give_back(leaving, below)
            await self._store.write(self._release, entry, parts, commit)
        for part in parts:
            await self._members[part.kind].changed(part)
        self._tell("trash.restored", entry)
        self._caretaker.ask()
        numbers = {item.number for item in present}
        missing = tuple(readable(each.origin) for each in items if each.number not in numbers)
        return Restored(tuple(readable(targets[each.number]) for each in present), missing)

    async def find(self, word: str, user: UserId) -> TrashEntry:
        """By id, or by a title that no other entry of this user has."""
        entry = await self._store.read(queries.find, TrashId(word))
        if entry is not None and entry.user == user and entry.state in THERE:
            return entry
        ids = await self._store.read(queries.titled, user, word)
        if len(ids) > 1:
            raise Ambiguous(f"{len(ids)} entries are titled so: use an id", ids=list(ids))
        entry = await self._store.read(queries.find, ids[0]) if ids else None
        if entry is None:
            raise NotInTrash(f"there is no {readable(word[:100])} in the trash")
        return entry

    async def parts_of(self, entry: TrashEntry) -> list[TrashEntry]:
        """What went along with it and is still here."""
        return await self._store.read(queries.parts_of, entry.id)

    async def subjects(self, kind: TrashKind) -> set[str]:
        """The ids of all things of this kind that are in the trash."""
        return await self._store.read(queries.subjects, kind)

    async def about(self, kind: TrashKind, subject: str) -> TrashEntry | None:
        """The entry that is about this thing, if it is in the trash."""
        return await self._store.read(queries.about, kind, subject)

    async def page(
        self, user: UserId, kind: TrashKind | None, before: str | None, limit: int
    ) -> list[TrashEntry]:
        """Newest first, without their items. The next page is `before` the last one's id."""
        return await self._store.read(queries.listed, user, kind, before, limit)

    async def delete(self, entries: Sequence[TrashEntry]) -> None:
        """For ever: from here on they are gone with their parts, and their files soon are."""
        for entry in await self._store.write(self._let_go, entries):
            if entry.kind in self._restorers:
                self._restorers[entry.kind].forgotten(entry)
        self._caretaker.ask()

    async def older_than(self, age: int | None, user: UserId) -> Judged:
        """What `empty` would remove, and what not yet, for the clock has jumped."""
        return await self._retention.older_than(age, user)

    async def empty(self, age: int | None, user: UserId) -> Judged:
        """What this user has thrown away, at least so many milliseconds ago."""
        return await self._delete_all(await self._retention.older_than(age, user))

    async def expire(self) -> int:
        """What has been there long enough, of whomever it is."""
        return len((await self._delete_all(await self._retention.expired())).old)

    async def waiting_of(self, user: UserId) -> Mapping[TrashId, int]:
        """What of this user's is old by the date alone, and how long the daemon has to run until
        that is believed, in milliseconds."""
        return await self._retention.waiting_of(user)

    @property
    def waiting(self) -> int:
        """How many entries the last `expire` has left for that."""
        return self._retention.waiting

    async def keep(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        await self._caretaker.recover()
        await self._retention.note()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._caretaker.remove_when_asked)
            nursery.start_soon(self._retention.watch)
            task_status.started()
            await stopping.wait()
            await self._retention.note()
            nursery.cancel_scope.cancel()

    async def _delete_all(self, judged: Judged) -> Judged:
        for first in range(0, len(judged.old), queries.PAGE):
            some = judged.old[first : first + queries.PAGE]
            await self.delete(await self._store.read(queries.these, some))
        return judged

    async def _entry_of(
        self, parcel: Parcel, paths: Sequence[Path], staying: Sequence[Path]
    ) -> TrashEntry:
        trash = self._settings.directory
        items = await until_cancelled(survey, paths, staying, trash)
        now = self._watch.date()
        expires = now + round(self._settings.retention_days * DAY_MS)
        return entry_of(TrashId(new_id()), parcel, items, now, expires)

    async def _undo_put(self, entry: TrashEntry, parts: Sequence[TrashEntry]) -> None:
        for each in (*parts, entry):
            await self._custody.undo_put(each)
        self._caretaker.ask()

    async def _undo_restore(self, entry: TrashEntry) -> None:
        await self._custody.undo_restore(entry)
        self._caretaker.ask()

    def _begin(self, db: sqlite3.Connection, entries: Sequence[TrashEntry], glance: Glance) -> None:
        storage.begin(db, entries, self._settings.max_bytes)
        self._retention.stamp(db, glance, entries)

    def _keep(
        self,
        db: sqlite3.Connection,
        entry: TrashEntry,
        parts: Sequence[TrashEntry],
        commit: Commit | None,
    ) -> None:
        for part in parts:
            self._members[part.kind].throw(db, part)
        storage.keep(db, [entry, *parts], commit)

    def _release(
        self,
        db: sqlite3.Connection,
        entry: TrashEntry,
        parts: Sequence[TrashEntry],
        commit: Commit | None,
    ) -> None:
        storage.release(db, entry.id, commit)
        for part in parts:
            storage.release_part(db, part.id)
            self._members[part.kind].revive(db, part)

    def _let_go(self, db: sqlite3.Connection, entries: Sequence[TrashEntry]) -> list[TrashEntry]:
        gone = [each for entry in entries for each in (entry, *queries.parts_of(db, entry.id))]
        for entry in gone:
            storage.move(db, entry.id, "kept", "going")
            if entry.kind in self._restorers:
                self._restorers[entry.kind].forget(db, entry)
        return gone

    def _tell(self, what: str, entry: TrashEntry) -> None:
        self._events.publish(what, {"entry": brief(entry)}, entry.user)
