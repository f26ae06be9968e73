"""Knowledge on its way with its folder: into the trash, and back."""

import sqlite3
from collections.abc import Collection
from typing import Any

from attrs import frozen

from rdvd.ground import json

COLUMNS = {
    "knowledge": "folder, user, tech_stack, facts, scanned_at, created_at, updated_at",
    "knowledge_item": (
        "id, folder, kind, title, body, content, uses, used_at, created_at, updated_at"
    ),
}


@frozen
class KnowledgeLuggage:
    """A `folders.Luggage`. The rows themselves go when the folder's do."""

    def pack(self, db: sqlite3.Connection, folders: Collection[str]) -> Any:
        chosen = json.encode(list(folders)).decode()
        return {
            table: [
                list(row)
                for row in db.execute(
                    f"SELECT {columns} FROM {table} "
                    "WHERE folder IN (SELECT value FROM json_each(?)) ORDER BY created_at",
                    (chosen,),
                )
            ]
            for table, columns in COLUMNS.items()
        }

    def unpack(self, db: sqlite3.Connection, packed: Any) -> None:
        for table, columns in COLUMNS.items():
            marks = ", ".join("?" for _ in columns.split(","))
            db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", packed[table])
