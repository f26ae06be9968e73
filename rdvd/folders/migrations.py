"""The table of folders."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("folders")


@MIGRATIONS()
def m001_folders(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE folders (
            id TEXT PRIMARY KEY,
            user TEXT NOT NULL REFERENCES users (id),
            name TEXT NOT NULL,
            parent TEXT REFERENCES folders (id) CHECK (parent <> id),
            path TEXT,
            color TEXT,
            icon TEXT,
            collapsed INTEGER NOT NULL DEFAULT 0 CHECK (collapsed IN (0, 1)),
            position INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX folders_by_user ON folders (user, position, id)")
    db.conn.execute("CREATE INDEX folders_by_parent ON folders (parent, position, id)")
