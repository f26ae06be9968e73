"""Preferences in SQLite: what was said where, and what comes of it for a folder, in one query."""

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping
from typing import Any

from rdvd.ground.errors import Conflict
from rdvd.identity import UserId

from .types import DEFAULT, MOST_VARIABLES, VARIABLE, Defaults, Resolved, Source, Value

# The nearest wins: a folder's own word before the directory that it stands for, both before what is
# above it, and the user's own last. SQLite takes the other columns from the row of the minimum.
RESOLVE = """
WITH RECURSIVE chain (id, name, path, parent, depth) AS (
    SELECT id, name, path, parent, 0 FROM folders WHERE id = :folder
    UNION ALL
    SELECT above.id, above.name, above.path, above.parent, depth + 1
    FROM chain JOIN folders AS above ON above.id = chain.parent
)
SELECT key, value, id, name, is_path, min(distance) FROM (
    SELECT key, value, chain.id, chain.name, 0 AS is_path, 2 * depth AS distance
    FROM chain JOIN preferences ON preferences.folder = chain.id
    UNION ALL
    SELECT 'working_directory', json_quote(path), id, name, 1, 2 * depth + 1
    FROM chain WHERE path IS NOT NULL
    UNION ALL
    SELECT key, value, NULL, NULL, 0, 1e9 FROM preferences WHERE folder IS NULL AND user = :user
) GROUP BY key
"""


def resolve(
    db: sqlite3.Connection, defaults: Defaults, user: UserId, folder: str | None
) -> Resolved:
    """For sessions in this folder, or in none."""
    values = {key: Value(value, DEFAULT) for key, value in defaults.values().items()}
    variables: dict[str, Value] = {}
    rows = db.execute(RESOLVE, {"folder": folder, "user": user})
    for key, value, id, name, is_path, _ in rows:
        source = Source("user" if id is None else "folder", id, name, bool(is_path))
        found = Value(json.loads(value), source)
        if key.startswith(VARIABLE):
            variables[key.removeprefix(VARIABLE)] = found
        elif key in values:
            values[key] = found
    return Resolved(values, variables)


def said(db: sqlite3.Connection, user: UserId, folder: str | None) -> dict[str, Any]:
    """What was said right there, and nothing inherited."""
    rows = db.execute(
        "SELECT key, value FROM preferences WHERE user = ? AND folder IS ? ORDER BY key",
        (user, folder),
    )
    return {key: json.loads(value) for key, value in rows}


def say(
    db: sqlite3.Connection,
    user: UserId,
    folder: str | None,
    changes: Mapping[str, Any],
    unsaid: Collection[str],
    look: Callable[[dict[str, Any]], None],
) -> tuple[dict[str, Any], bool]:
    """Say these, take those back, unless `look` refuses what was said before. True: it is new."""
    before = said(db, user, folder)
    look(before)
    db.executemany(
        "DELETE FROM preferences WHERE user = ? AND folder IS ? AND key = ?",
        [(user, folder, key) for key in (*changes, *unsaid)],
    )
    db.executemany(
        "INSERT INTO preferences (user, folder, key, value) VALUES (?, ?, ?, ?)",
        [(user, folder, key, json.dumps(value)) for key, value in changes.items()],
    )
    after = said(db, user, folder)
    if sum(key.startswith(VARIABLE) for key in after) > MOST_VARIABLES:
        raise Conflict(f"{MOST_VARIABLES} variables at most", code="TOO_MANY_VARIABLES")
    return after, after != before


class Luggage:
    """Preferences of folders go to the trash with them, and come back with them."""

    def pack(self, db: sqlite3.Connection, folders: Collection[str]) -> Any:
        marks = ", ".join("?" * len(folders))
        rows = db.execute(
            f"SELECT user, folder, key, value FROM preferences WHERE folder IN ({marks})",
            tuple(folders),
        )
        return [list(row) for row in rows]

    def unpack(self, db: sqlite3.Connection, packed: Any) -> None:
        db.executemany(
            "INSERT INTO preferences (user, folder, key, value) VALUES (?, ?, ?, ?)", packed
        )
