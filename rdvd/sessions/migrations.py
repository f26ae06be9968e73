"""The table of sessions."""

from sqlite_utils import Database, Migrations

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
