"""The trash in SQLite: what is in it, and which act on it is under way."""

import json
import os
import sqlite3
from collections.abc import Sequence

from .members import Commit
from .numbers import signed
from .queries import COLUMNS, ITEM_COLUMNS, about, find
from .types import (
    EntryBusy,
    Item,
    NotInTrash,
    TrashEntry,
    TrashFull,
    TrashId,
    TrashState,
)


def begin(db: sqlite3.Connection, entries: Sequence[TrashEntry], max_bytes: int) -> None:
    """Write down what is about to be moved, if it fits: an entry and its parts."""
    refuse_full(db, sum(entry.bytes for entry in entries), max_bytes)
    for entry in entries:
        if entry.subject is not None and about(db, entry.kind, entry.subject):
            raise EntryBusy(f"{entry.title!r} is in the trash already, or on its way there")
        _add(db, entry)


def refuse_full(db: sqlite3.Connection, size: int, max_bytes: int) -> None:
    used = bytes_kept(db)
    if size and used + size > max_bytes:
        raise TrashFull(
            f"{size:,} bytes do not fit into the trash: it holds {used:,} of {max_bytes:,}."
            " Make room (`rdv trash ls`, `rdv trash empty --older-than 7d`), raise"
            " trash.max_bytes, or move this to another place yourself",
            bytes=size,
            used=used,
            max_bytes=max_bytes,
        )


def _add(db: sqlite3.Connection, entry: TrashEntry) -> None:
    db.execute(
        f"INSERT INTO trash ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(entry.id, entry.user, entry.kind, entry.title, entry.place, entry.thrown),
            *(entry.expires, entry.bytes, entry.version, json.dumps(dict(entry.detail))),
            *(entry.subject, entry.part_of, entry.state),
        ),
    )
    put_items(db, entry.id, entry.items)


def put_items(db: sqlite3.Connection, id: TrashId, items: Sequence[Item]) -> None:
    """These, instead of all that were known."""
    db.execute("DELETE FROM trash_items WHERE entry = ?", (id,))
    db.executemany(
        f"INSERT INTO trash_items (entry, {ITEM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(id, *_of_item(item)) for item in items],
    )


def move(db: sqlite3.Connection, id: TrashId, before: TrashState, after: TrashState) -> None:
    """Of several who want to act on an entry, one does."""
    told = db.execute("UPDATE trash SET state = ? WHERE id = ? AND state = ?", (after, id, before))
    if told.rowcount != 1:
        found = find(db, id)
        if found is None or found.state == "going":
            raise NotInTrash(f"there is no entry {id[:100]} in the trash")
        raise EntryBusy("something else is being done with this entry: ask again")


def keep(db: sqlite3.Connection, entries: Sequence[TrashEntry], commit: Commit | None) -> None:
    """They are in the trash, together with what `commit` changes."""
    for entry in entries:
        move(db, entry.id, "entering", "kept")
        put_items(db, entry.id, entry.items)
    if commit is not None:
        commit(db)


def leave(db: sqlite3.Connection, id: TrashId, items: Sequence[Item]) -> None:
    """Its items are about to be moved to their targets."""
    move(db, id, "kept", "leaving")
    put_items(db, id, items)


def release(db: sqlite3.Connection, id: TrashId, commit: Commit | None) -> None:
    """They are there; what is left of the entry may go."""
    _go_without_files(db, id, "leaving")
    if commit is not None:
        commit(db)


def release_part(db: sqlite3.Connection, id: TrashId) -> None:
    """It comes back with the whole."""
    _go_without_files(db, id, "kept")


def put_back(db: sqlite3.Connection, entry: TrashEntry, left: Sequence[Item]) -> None:
    """It was not thrown away after all. What could not go back is kept, as plain files."""
    if not left:
        _go_without_files(db, entry.id, "entering")
        return
    move(db, entry.id, "entering", "kept")
    put_items(db, entry.id, left)
    db.execute(
        "UPDATE trash SET kind = 'file', detail = '{}', version = 1, bytes = ? WHERE id = ?",
        (sum(item.bytes for item in left), entry.id),
    )


def note_copies(db: sqlite3.Connection, id: TrashId, copies: Sequence[Item]) -> None:
    """By which numbers the copies are known that are about to get their names."""
    db.executemany(
        "UPDATE trash_items SET device = ?, inode = ? WHERE entry = ? AND number = ?",
        [(signed(item.device), signed(item.inode), id, item.number) for item in copies],
    )


def settle(db: sqlite3.Connection, id: TrashId, number: int) -> None:
    """The original of what was copied is gone."""
    db.execute("UPDATE trash_items SET is_aside = 0 WHERE entry = ? AND number = ?", (id, number))


def forget(db: sqlite3.Connection, id: TrashId) -> None:
    db.execute("UPDATE trash SET part_of = NULL WHERE part_of = ?", (id,))
    db.execute("DELETE FROM trash WHERE id = ?", (id,))


def bytes_kept(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT ifnull(sum(bytes), 0) FROM trash WHERE state <> 'going'").fetchone()
    return row[0]


def _of_item(item: Item) -> tuple[object, ...]:
    target = None if item.target is None else os.fsencode(item.target)
    return (
        *(item.number, os.fsencode(item.origin), item.bytes, signed(item.device)),
        *(signed(item.inode), item.mode, target, int(item.is_aside), int(item.stays)),
        int(item.is_beside),
    )


def _go_without_files(db: sqlite3.Connection, id: TrashId, before: TrashState) -> None:
    """What has stayed in its place stays there, and what was moved has been moved back. Of what was
    beside its place, and was copied from there, the original is still to go."""
    move(db, id, before, "going")
    db.execute("DELETE FROM trash_items WHERE entry = ? AND is_beside = 0", (id,))
