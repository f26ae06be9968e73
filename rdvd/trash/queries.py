"""Looking into the trash in SQLite."""

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rdvd.identity import UserId

from .numbers import unsigned
from .types import Item, TrashEntry, TrashId, TrashKind, TrashState

PAGE = 200
COLUMNS = (
    "id, user, kind, title, place, thrown, expires, bytes, version, detail, subject, part_of, state"
)
ITEM_COLUMNS = "number, origin, bytes, device, inode, mode, target, is_aside, stays, is_beside"
SELECT = f"SELECT {COLUMNS} FROM trash"
# The bytes of what went along count for the whole.
SELECT_WITH_PARTS = SELECT.replace(
    "bytes,",
    "bytes + (SELECT ifnull(sum(bytes), 0) FROM trash AS part WHERE part.part_of = trash.id),",
    1,
)


def find(db: sqlite3.Connection, id: TrashId) -> TrashEntry | None:
    row = db.execute(f"{SELECT} WHERE id = ?", (id,)).fetchone()
    return None if row is None else _entry(db, row)


def listed(
    db: sqlite3.Connection, user: UserId, kind: TrashKind | None, before: str | None, limit: int
) -> list[TrashEntry]:
    """A page of what this user can have back, newest first. Items are left out."""
    rows = db.execute(
        f"{SELECT_WITH_PARTS} WHERE user = :user AND state IN ('kept', 'leaving')"
        " AND part_of IS NULL AND (:kind IS NULL OR kind = :kind)"
        " AND (:before IS NULL OR id < :before)"
        " ORDER BY id DESC LIMIT :limit",
        {"user": user, "kind": kind, "before": before, "limit": limit},
    )
    return [_of_row(row, ()) for row in rows]


def about(db: sqlite3.Connection, kind: TrashKind, subject: str) -> TrashEntry | None:
    """The entry that is about this thing."""
    row = db.execute(
        f"{SELECT} WHERE kind = ? AND subject = ? AND state <> 'going'", (kind, subject)
    ).fetchone()
    return None if row is None else _entry(db, row)


def titled(db: sqlite3.Connection, user: UserId, word: str) -> list[TrashId]:
    """Of this title, or about a thing with this id."""
    rows = db.execute(
        "SELECT id FROM trash WHERE user = :user AND state IN ('kept', 'leaving')"
        " AND (title = :word OR subject = :word) ORDER BY id DESC LIMIT :page",
        {"user": user, "word": word, "page": PAGE},
    )
    return [TrashId(id) for (id,) in rows]


def parts_of(db: sqlite3.Connection, id: TrashId) -> list[TrashEntry]:
    """What came with it and is still in the trash."""
    rows = db.execute(f"{SELECT} WHERE part_of = ? AND state <> 'going' ORDER BY id", (id,))
    return [_entry(db, row) for row in rows.fetchall()]


def subjects(db: sqlite3.Connection, kind: TrashKind) -> set[str]:
    rows = db.execute("SELECT subject FROM trash WHERE kind = ? AND state <> 'going'", (kind,))
    return {subject for (subject,) in rows if subject is not None}


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


def these(db: sqlite3.Connection, ids: Sequence[TrashId]) -> list[TrashEntry]:
    """Those of them that are kept, without their items."""
    marks = ", ".join("?" * len(ids))
    rows = db.execute(f"{SELECT} WHERE state = 'kept' AND id IN ({marks}) ORDER BY id", ids)
    return [_of_row(row, ()) for row in rows]


def known_among(db: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    marks = ", ".join("?" * len(ids))
    return {id for (id,) in db.execute(f"SELECT id FROM trash WHERE id IN ({marks})", ids)}


def _entry(db: sqlite3.Connection, row: tuple[Any, ...]) -> TrashEntry:
    items = db.execute(
        f"SELECT {ITEM_COLUMNS} FROM trash_items WHERE entry = ? ORDER BY number", (row[0],)
    )
    return _of_row(row, tuple(_item(each) for each in items))


def _of_row(row: tuple[Any, ...], items: tuple[Item, ...]) -> TrashEntry:  # Any: as the table says
    (
        id,
        user,
        kind,
        title,
        place,
        thrown,
        expires,
        size,
        version,
        detail,
        subject,
        part_of,
        state,
    ) = row
    return TrashEntry(
        TrashId(id), UserId(user), kind, title, place, thrown, expires, size, version,
        json.loads(detail), subject, part_of and TrashId(part_of), state, items,
    )  # fmt: skip


def _item(row: tuple[Any, ...]) -> Item:
    number, origin, size, device, inode, mode, target, is_aside, stays, is_beside = row
    to = None if target is None else Path(os.fsdecode(target))
    return Item(
        number, Path(os.fsdecode(origin)), size, unsigned(device), unsigned(inode), mode, to,
        bool(is_aside), bool(stays), bool(is_beside),
    )  # fmt: skip
