"""The table of the audit log, which refuses to forget, and the head that tells its length."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("audit")

# `INSERT OR REPLACE` deletes without asking the trigger for deletes, so the place is checked too.
STATEMENTS = (
    """
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        action TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'refused', 'failed')),
        user TEXT,
        token TEXT,
        peer TEXT,
        object TEXT,
        detail TEXT,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE audit_head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        count INTEGER NOT NULL,
        hash TEXT NOT NULL
    ) STRICT
    """,
    "INSERT INTO audit_head (one, count, hash) VALUES (1, 0, printf('%064d', 0))",
    """
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
    """
    CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
    """
    CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
    WHEN NEW.seq IS NOT (SELECT count + 1 FROM audit_head)
    BEGIN SELECT RAISE(ABORT, 'the audit log grows at its end only'); END
    """,
    """
    CREATE TRIGGER audit_head_follows AFTER INSERT ON audit
    BEGIN UPDATE audit_head SET count = NEW.seq, hash = NEW.hash; END
    """,
    """
    CREATE TRIGGER audit_head_is_not_turned_back BEFORE UPDATE ON audit_head
    WHEN NEW.count IS NOT OLD.count + 1
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
    """
    CREATE TRIGGER audit_head_is_not_deleted BEFORE DELETE ON audit_head
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
)


@MIGRATIONS()
def m001_chain(db: Database) -> None:
    for statement in STATEMENTS:
        db.conn.execute(statement)
