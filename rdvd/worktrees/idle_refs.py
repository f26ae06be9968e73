"""Refs that have held what an entry of the trash needs, and are to go as it is gone."""

import os
import sqlite3

from rdvd.trash import TrashEntry


def of(entry: TrashEntry) -> str | None:
    """What it needs as long as it is in the trash."""
    return entry.detail.get("guard")


def note(db: sqlite3.Connection, entry: TrashEntry) -> None:
    """In the transaction in which it comes back, or goes for ever."""
    ref = of(entry)
    if ref is not None:
        place = os.fsencode(entry.detail["repository"])
        db.execute("INSERT OR IGNORE INTO idle_refs VALUES (?, ?)", (place, ref))


def all_of(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """The repository and the ref of each."""
    rows = db.execute("SELECT repository, ref FROM idle_refs ORDER BY repository, ref")
    return [(os.fsdecode(repository), ref) for repository, ref in rows]


def forget(db: sqlite3.Connection, repository: str, ref: str) -> None:
    place = os.fsencode(repository)
    db.execute("DELETE FROM idle_refs WHERE repository = ? AND ref = ?", (place, ref))
