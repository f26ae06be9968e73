"""What the daemon has seen of its clocks, in SQLite."""

import sqlite3
from collections.abc import Sequence

from .queries import PAGE
from .sighting import Aged, Glance, Jump, Sighting, Stamp, first_seen, seen
from .types import TrashId


def load(db: sqlite3.Connection) -> Sighting | None:
    row = db.execute(
        "SELECT life, date, elapsed, awake, steady, ran, debt, last_jump FROM trash_sighting"
    ).fetchone()
    if row is None:
        return None
    jumps = db.execute("SELECT id, ran, jumped FROM trash_jumps ORDER BY id")
    return Sighting(Glance(*row[:4]), *row[4:], jumps=tuple(Jump(*each) for each in jumps))


def look(db: sqlite3.Connection, glance: Glance) -> tuple[Sighting | None, Sighting]:
    """What was known, and what is known with this look; written down."""
    before = load(db)
    now = after(before, glance)
    _save(db, now)
    return before, now


def after(before: Sighting | None, glance: Glance) -> Sighting:
    return first_seen(glance) if before is None else seen(before, glance)


def _save(db: sqlite3.Connection, now: Sighting) -> None:
    last = now.last
    db.execute(
        "INSERT OR REPLACE INTO trash_sighting VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (last.life, last.date, last.elapsed, last.awake, now.steady, now.ran, now.debt,
         now.last_jump),
    )  # fmt: skip
    db.executemany(
        "INSERT OR REPLACE INTO trash_jumps VALUES (?, ?, ?)",
        [(each.id, each.ran, each.by) for each in now.jumps],
    )


def forget_jumps(db: sqlite3.Connection, before_ran: int) -> None:
    """Those that are believed by now and that no entry is older than."""
    db.execute(
        "DELETE FROM trash_jumps WHERE ran <= ?"
        " AND NOT EXISTS (SELECT 1 FROM trash WHERE seen_jump < trash_jumps.id)",
        (before_ran,),
    )


def stamp(db: sqlite3.Connection, ids: Sequence[TrashId], known: Stamp) -> None:
    db.executemany(
        "UPDATE trash SET seen_steady = ?, seen_ran = ?, seen_jump = ? WHERE id = ?",
        [(known.steady, known.ran, known.jump, id) for id in ids],
    )


def aged(
    db: sqlite3.Connection, user: str | None, after: str = "", until: int | None = None
) -> list[Aged]:
    """A page of all that may be let go of, by id: of this user, or of all; only those whose date
    has come `until` then. Parts count for the whole."""
    rows = db.execute(
        "SELECT id, bytes + (SELECT ifnull(sum(bytes), 0) FROM trash AS part"
        " WHERE part.part_of = trash.id), thrown, expires, seen_steady, seen_ran, seen_jump"
        " FROM trash WHERE state = 'kept' AND part_of IS NULL"
        " AND (:user IS NULL OR user = :user) AND (:until IS NULL OR expires <= :until)"
        " AND id > :after ORDER BY id LIMIT :page",
        {"user": user, "after": after, "until": until, "page": PAGE},
    )
    return [Aged(TrashId(row[0]), *row[1:4], stamp=Stamp(*row[4:])) for row in rows]
