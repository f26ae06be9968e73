"""What was found in projects, by their directory."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("projects")


@MIGRATIONS()
def m001_projects(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE project (
            path TEXT PRIMARY KEY,
            outline TEXT NOT NULL,
            found TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )
