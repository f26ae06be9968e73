"""The table of preferences: a row for each that somebody has said."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("preferences")


@MIGRATIONS()
def m001_preferences(db: Database) -> None:
    """Without a folder: of the user. A value is JSON; null disables a variable."""
    db.conn.execute(
        """
        CREATE TABLE preferences (
            user TEXT NOT NULL REFERENCES users (id),
            folder TEXT REFERENCES folders (id) ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        "CREATE UNIQUE INDEX preferences_of_folders ON preferences (folder, key)"
        " WHERE folder IS NOT NULL"
    )
    db.conn.execute(
        "CREATE UNIQUE INDEX preferences_of_users ON preferences (user, key) WHERE folder IS NULL"
    )
