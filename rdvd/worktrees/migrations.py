"""The tables of worktrees: those that we have made, and which projects may run what."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("worktrees")


@MIGRATIONS()
def m001_worktrees(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE worktrees (
            id TEXT PRIMARY KEY,
            user TEXT NOT NULL REFERENCES users (id),
            repository BLOB NOT NULL,
            path BLOB NOT NULL UNIQUE,
            branch BLOB,
            stage TEXT NOT NULL,
            created INTEGER NOT NULL,
            session TEXT,
            base TEXT,
            created_branch INTEGER NOT NULL CHECK (created_branch IN (0, 1))
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX worktrees_by_repository ON worktrees (repository)")


@MIGRATIONS()
def m002_trust(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE trusted_projects (
            user TEXT NOT NULL REFERENCES users (id),
            repository BLOB NOT NULL,
            fingerprint TEXT NOT NULL,
            trusted INTEGER NOT NULL,
            PRIMARY KEY (user, repository, fingerprint)
        ) STRICT
        """
    )


@MIGRATIONS()
def m003_restoring(db: Database) -> None:
    """Trees that are on their way out of the trash say of which entry."""
    db.conn.execute("ALTER TABLE worktrees ADD COLUMN entry TEXT")


@MIGRATIONS()
def m004_idle_refs(db: Database) -> None:
    """Refs of ours that nobody needs any more, until they are removed from their repositories."""
    db.conn.execute(
        """
        CREATE TABLE idle_refs (
            repository BLOB NOT NULL,
            ref TEXT NOT NULL,
            PRIMARY KEY (repository, ref)
        ) STRICT, WITHOUT ROWID
        """
    )
