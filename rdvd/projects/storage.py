"""What was found in projects, kept so that nobody looks twice at what is the same."""

import sqlite3

from rdvd.ground import json

from .types import Project, Remembered

MOST = 1_000  # the oldest go: they can be found again


def remembered(db: sqlite3.Connection, path: str) -> Remembered | None:
    row = db.execute("SELECT outline, found, at FROM project WHERE path = ?", (path,)).fetchone()
    if row is None:
        return None
    outline, found, at = row
    return Remembered(outline, json.decode(found.encode(), Project), at)


def remember(db: sqlite3.Connection, path: str, what: Remembered) -> None:
    db.execute(
        "INSERT INTO project (path, outline, found, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (path) DO UPDATE SET outline = excluded.outline, found = excluded.found, "
        "at = excluded.at",
        (path, what.outline, json.encode(what.found).decode(), what.at),
    )
    db.execute(
        "DELETE FROM project WHERE path IN "
        "(SELECT path FROM project ORDER BY at DESC, path LIMIT -1 OFFSET ?)",
        (MOST,),
    )
