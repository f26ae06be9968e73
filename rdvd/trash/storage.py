"""The trash in SQLite: what is in it, and which act on it is under way."""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from rdvd.identity import UserId

from .types import (
    EntryBusy,
    Item,
    NotInTrash,
    TrashEntry,
    TrashFull,
    TrashId,
    TrashKind,
    TrashState,
)

Commit: TypeAlias = Callable[[sqlite3.Connection], None]

PAGE = 200
COLUMNS = "id, user, kind, title, place, thrown, expires, bytes, version, detail, state"
ITEM_COLUMNS = "number, origin, bytes, device, inode, mode, target, is_aside"
SELECT = f"SELECT {COLUMNS} FROM trash"


def begin(db: sqlite3.Connection, entry: TrashEntry, max_bytes: int) -> None:
    """Write down what is about to be moved, if it fits."""
    used = bytes_kept(db)
    if entry.bytes and used + entry.bytes > max_bytes:
        raise TrashFull(
            f"{entry.bytes:,} bytes do not fit into the trash: it holds {used:,} of {max_bytes:,}."
            " Make room (`rdv trash ls`, `rdv trash empty --older-than 7d`), raise"
            " trash.max_bytes, or move this to another place yourself",
            bytes=entry.bytes,
            used=used,
            max_bytes=max_bytes,
        )
    add(db, entry)


def add(db: sqlite3.Connection, entry: TrashEntry) -> None:
    db.execute(
        f"INSERT INTO trash ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(entry.id, entry.user, entry.kind, entry.title, entry.place, entry.thrown),
            *(entry.expires, entry.bytes, entry.version, json.dumps(dict(entry.detail))),
            entry.state,
        ),
    )
    put_items(db, entry.id, entry.items)


def put_items(db: sqlite3.Connection, id: TrashId, items: Sequence[Item]) -> None:
    """These, instead of all that were known."""
    db.execute("DELETE FROM trash_items WHERE entry = ?", (id,))
    db.executemany(
        f"INSERT INTO trash_items (entry, {ITEM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(id, *_of_item(item)) for item in items],
    )


def move(db: sqlite3.Connection, id: TrashId, before: TrashState, after: TrashState) -> None:
    """Of several who want to act on an entry, one does."""
    told = db.execute("UPDATE trash SET state = ? WHERE id = ? AND state = ?", (after, id, before))
    if told.rowcount != 1:
        if find(db, id) is None:
            raise NotInTrash(f"there is no entry {id[:100]} in the trash")
        raise EntryBusy("something else is being done with this entry: ask again")


def keep(db: sqlite3.Connection, entry: TrashEntry, commit: Commit | None) -> None:
    """It is in the trash, together with what `commit` changes."""
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
    move(db, id, "leaving", "going")
    if commit is not None:
        commit(db)


def put_back(db: sqlite3.Connection, entry: TrashEntry, left: Sequence[Item]) -> None:
    """It was not thrown away after all. What could not go back is kept, as plain files."""
    if not left:
        move(db, entry.id, "entering", "going")
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
        [(_signed(item.device), _signed(item.inode), id, item.number) for item in copies],
    )


def settle(db: sqlite3.Connection, id: TrashId, number: int) -> None:
    """The original of what was copied is gone."""
    db.execute("UPDATE trash_items SET is_aside = 0 WHERE entry = ? AND number = ?", (id, number))


def forget(db: sqlite3.Connection, id: TrashId) -> None:
    db.execute("DELETE FROM trash WHERE id = ?", (id,))


def find(db: sqlite3.Connection, id: TrashId) -> TrashEntry | None:
    row = db.execute(f"{SELECT} WHERE id = ?", (id,)).fetchone()
    return None if row is None else _entry(db, row)


def listed(
    db: sqlite3.Connection, user: UserId, kind: TrashKind | None, before: str | None, limit: int
) -> list[TrashEntry]:
    """A page of what this user can have back, newest first. Items are left out."""
    rows = db.execute(
        f"{SELECT} WHERE user = :user AND state IN ('kept', 'leaving')"
        " AND (:kind IS NULL OR kind = :kind) AND (:before IS NULL OR id < :before)"
        " ORDER BY id DESC LIMIT :limit",
        {"user": user, "kind": kind, "before": before, "limit": limit},
    )
    return [_of_row(row, ()) for row in rows]


def titled(db: sqlite3.Connection, user: UserId, title: str) -> list[TrashId]:
    rows = db.execute(
        "SELECT id FROM trash WHERE user = ? AND title = ? AND state IN ('kept', 'leaving')"
        " ORDER BY id DESC LIMIT ?",
        (user, title, PAGE),
    )
    return [TrashId(id) for (id,) in rows]


def in_state(db: sqlite3.Connection, state: TrashState, after: str = "") -> list[TrashEntry]:
    """A page by id; the next one begins after the last one's id."""
    rows = db.execute(
        f"{SELECT} WHERE state = ? AND id > ? ORDER BY id LIMIT ?", (state, after, PAGE)
    ).fetchall()
    return [_entry(db, row) for row in rows]


def with_asides(db: sqlite3.Connection) -> list[TrashEntry]:
    rows = db.execute(
        f"{SELECT} WHERE state = 'kept' AND id IN"
        " (SELECT entry FROM trash_items WHERE is_aside = 1) LIMIT ?",
        (PAGE,),
    ).fetchall()
    return [_entry(db, row) for row in rows]


def older_than(
    db: sqlite3.Connection, moment: int, user: UserId | None, column: str = "thrown"
) -> list[TrashEntry]:
    """A page of what was thrown away, or `expires`, at or before this moment."""
    assert column in ("thrown", "expires")
    rows = db.execute(
        f"{SELECT} WHERE state = 'kept' AND {column} <= :moment"
        " AND (:user IS NULL OR user = :user) ORDER BY id LIMIT :page",
        {"moment": moment, "user": user, "page": PAGE},
    )
    return [_of_row(row, ()) for row in rows]


def sum_older_than(db: sqlite3.Connection, moment: int, user: UserId) -> tuple[int, int]:
    """How many, and how many bytes."""
    count, size = db.execute(
        "SELECT count(*), ifnull(sum(bytes), 0) FROM trash"
        " WHERE state = 'kept' AND thrown <= ? AND user = ?",
        (moment, user),
    ).fetchone()
    return count, size


def bytes_kept(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT ifnull(sum(bytes), 0) FROM trash WHERE state <> 'going'").fetchone()
    return row[0]


def known_among(db: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    marks = ", ".join("?" * len(ids))
    return {id for (id,) in db.execute(f"SELECT id FROM trash WHERE id IN ({marks})", ids)}


def _of_item(item: Item) -> tuple[object, ...]:
    target = None if item.target is None else os.fsencode(item.target)
    return (
        *(item.number, os.fsencode(item.origin), item.bytes, _signed(item.device)),
        *(_signed(item.inode), item.mode, target, int(item.is_aside)),
    )


def _entry(db: sqlite3.Connection, row: tuple[Any, ...]) -> TrashEntry:
    items = db.execute(
        f"SELECT {ITEM_COLUMNS} FROM trash_items WHERE entry = ? ORDER BY number", (row[0],)
    )
    return _of_row(row, tuple(_item(each) for each in items))


def _of_row(row: tuple[Any, ...], items: tuple[Item, ...]) -> TrashEntry:  # Any: as the table says
    id, user, kind, title, place, thrown, expires, size, version, detail, state = row
    return TrashEntry(
        TrashId(id), UserId(user), kind, title, place, thrown, expires, size, version,
        json.loads(detail), state, items,
    )  # fmt: skip


def _item(row: tuple[Any, ...]) -> Item:
    number, origin, size, device, inode, mode, target, is_aside = row
    to = None if target is None else Path(os.fsdecode(target))
    return Item(
        number, Path(os.fsdecode(origin)), size, _unsigned(device), _unsigned(inode), mode, to,
        bool(is_aside),
    )  # fmt: skip


def _signed(number: int) -> int:
    """Numbers of the kernel have 64 bits without a sign, those of SQLite have one."""
    return number - (1 << 64) if number >= 1 << 63 else number


def _unsigned(number: int) -> int:
    return number + (1 << 64) if number < 0 else number
