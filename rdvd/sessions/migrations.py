"""The table of sessions."""

from sqlite_utils import Database, Migrations

from rdvd.ground.clock import now_ms
from rdvd.ground.ids import new_id

MIGRATIONS = Migrations("sessions")


@MIGRATIONS()
def m001_sessions(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            user TEXT NOT NULL REFERENCES users (id),
            name TEXT NOT NULL,
            status TEXT NOT NULL,
            directory TEXT NOT NULL,
            folder TEXT,
            branch TEXT,
            is_orchestrator INTEGER NOT NULL CHECK (is_orchestrator IN (0, 1)),
            position INTEGER NOT NULL,
            columns INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            agent TEXT,
            line TEXT,
            arguments TEXT NOT NULL,
            environment TEXT NOT NULL,
            conversation TEXT,
            restart_policy TEXT NOT NULL,
            restart_count INTEGER NOT NULL,
            restarts_in_a_row INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            state_at INTEGER,
            flag INTEGER NOT NULL DEFAULT 0,
            reason TEXT,
            server INTEGER,
            pane TEXT,
            pid INTEGER,
            born INTEGER,
            exit_code INTEGER,
            exit_signal INTEGER,
            exited INTEGER
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX sessions_by_user ON sessions (user, position, id)")


@MIGRATIONS()
def m002_folders(db: Database) -> None:
    """`folder` was any word. Now there are folders: each word becomes one of this name."""
    words = db.conn.execute(
        "SELECT DISTINCT user, folder FROM sessions WHERE folder IS NOT NULL ORDER BY 1, 2"
    ).fetchall()
    for position, (user, word) in enumerate(words):
        id, now = new_id(), now_ms()
        name = "".join(c if c.isprintable() else " " for c in word[:200]).strip() or "folder"
        db.conn.execute(
            "INSERT INTO folders (id, user, name, position, created, updated)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (id, user, name, position, now, now),
        )
        db.conn.execute(
            "UPDATE sessions SET folder = ? WHERE user = ? AND folder = ?", (id, user, word)
        )
    (sql,) = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = 'sessions'").fetchone()
    columns = ", ".join(row[1] for row in db.conn.execute("PRAGMA table_info(sessions)"))
    new = sql.replace("folder TEXT,", "folder TEXT REFERENCES folders (id),", 1)
    db.conn.execute(new.replace("TABLE sessions", "TABLE sessions_new", 1))
    db.conn.execute(f"INSERT INTO sessions_new ({columns}) SELECT {columns} FROM sessions")
    db.conn.execute("DROP TABLE sessions")
    db.conn.execute("ALTER TABLE sessions_new RENAME TO sessions")
    db.conn.execute("CREATE INDEX sessions_by_user ON sessions (user, position, id)")
    db.conn.execute("CREATE INDEX sessions_by_folder ON sessions (folder)")


@MIGRATIONS()
def m003_flags(db: Database) -> None:
    """What its user prefers to tell an agent."""
    db.conn.execute("ALTER TABLE sessions ADD COLUMN flags TEXT NOT NULL DEFAULT '[]'")
