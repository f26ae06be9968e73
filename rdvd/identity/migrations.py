"""The tables of users and tokens."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("identity")


@MIGRATIONS()
def m001_users_and_tokens(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE users (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            is_owner INTEGER NOT NULL CHECK (is_owner IN (0, 1)),
            created INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE UNIQUE INDEX users_one_owner ON users (is_owner) WHERE is_owner = 1")
    db.conn.execute(
        """
        CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('svc', 'cli', 'api', 'ses', 'wrk', 'tkt', 'ref')),
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            user TEXT NOT NULL REFERENCES users (id),
            name TEXT NOT NULL,
            created INTEGER NOT NULL,
            last_used INTEGER,
            expires INTEGER,
            revoked INTEGER,
            rotated_from TEXT REFERENCES tokens (id),
            subject TEXT
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX tokens_live ON tokens (id) WHERE revoked IS NULL")
