"""The tables of the trash. Paths are bytes, for names of files need not be text."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("trash")


@MIGRATIONS()
def m001_trash(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE trash (
            id TEXT PRIMARY KEY,
            user TEXT NOT NULL REFERENCES users (id),
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            place TEXT,
            thrown INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            version INTEGER NOT NULL,
            detail TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('entering', 'kept', 'leaving', 'going'))
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX trash_by_user ON trash (user, state, id)")
    db.conn.execute("CREATE INDEX trash_by_end ON trash (state, expires)")
    db.conn.execute(
        """
        CREATE TABLE trash_items (
            entry TEXT NOT NULL REFERENCES trash (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            origin BLOB NOT NULL,
            bytes INTEGER NOT NULL,
            device INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            mode INTEGER NOT NULL,
            target BLOB,
            is_aside INTEGER NOT NULL DEFAULT 0 CHECK (is_aside IN (0, 1)),
            PRIMARY KEY (entry, number)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute("CREATE INDEX trash_asides ON trash_items (is_aside) WHERE is_aside = 1")


@MIGRATIONS()
def m002_subjects(db: Database) -> None:
    """Entries that are about a thing, that are part of another, whose files stay in place."""
    db.conn.execute("ALTER TABLE trash ADD COLUMN subject TEXT")
    db.conn.execute("ALTER TABLE trash ADD COLUMN part_of TEXT REFERENCES trash (id)")
    db.conn.execute("CREATE INDEX trash_by_whole ON trash (part_of) WHERE part_of IS NOT NULL")
    db.conn.execute(
        "CREATE UNIQUE INDEX trash_by_subject ON trash (kind, subject)"
        " WHERE subject IS NOT NULL AND state <> 'going'"
    )
    db.conn.execute(
        "ALTER TABLE trash_items ADD COLUMN stays INTEGER NOT NULL DEFAULT 0"
        " CHECK (stays IN (0, 1))"
    )


@MIGRATIONS()
def m003_beside(db: Database) -> None:
    """Items that could go neither into the trash nor back to their place."""
    db.conn.execute(
        "ALTER TABLE trash_items ADD COLUMN is_beside INTEGER NOT NULL DEFAULT 0"
        " CHECK (is_beside IN (0, 1))"
    )


@MIGRATIONS()
def m004_sightings(db: Database) -> None:
    """What was seen of the clocks, so that a wrong one cannot empty the trash. Entries of before
    are as old as their date says, and wait for the daemon to have run for a day."""
    db.conn.execute(
        """
        CREATE TABLE trash_sighting (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            life TEXT NOT NULL,
            date INTEGER NOT NULL,
            elapsed INTEGER NOT NULL,
            awake INTEGER NOT NULL,
            steady INTEGER NOT NULL,
            ran INTEGER NOT NULL,
            debt INTEGER NOT NULL,
            last_jump INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE trash_jumps (
            id INTEGER PRIMARY KEY,
            ran INTEGER NOT NULL,
            jumped INTEGER NOT NULL
        ) STRICT
        """
    )
    for name in ("seen_steady", "seen_ran", "seen_jump"):
        db.conn.execute(f"ALTER TABLE trash ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0")
    db.conn.execute("UPDATE trash SET seen_steady = thrown")
