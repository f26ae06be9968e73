"""Knowledge of folders, its items, and the index of their words."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("knowledge")

STATEMENTS = (
    """
    CREATE TABLE knowledge (
        folder TEXT PRIMARY KEY REFERENCES folders (id) ON DELETE CASCADE,
        user TEXT NOT NULL,
        tech_stack TEXT NOT NULL,
        facts TEXT NOT NULL,
        scanned_at INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE knowledge_item (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        folder TEXT NOT NULL REFERENCES knowledge (folder) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        content TEXT NOT NULL,
        uses INTEGER NOT NULL DEFAULT 0,
        used_at INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX knowledge_item_by_folder ON knowledge_item (folder, kind, created_at)",
    """
    CREATE VIRTUAL TABLE knowledge_words USING fts5 (
        title, body, content = 'knowledge_item', content_rowid = 'number',
        tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    # An index that is wrong is worse than none, so it follows in the same breath.
    """
    CREATE TRIGGER knowledge_words_come AFTER INSERT ON knowledge_item BEGIN
        INSERT INTO knowledge_words (rowid, title, body)
        VALUES (new.number, new.title, new.body);
    END
    """,
    """
    CREATE TRIGGER knowledge_words_go AFTER DELETE ON knowledge_item BEGIN
        INSERT INTO knowledge_words (knowledge_words, rowid, title, body)
        VALUES ('delete', old.number, old.title, old.body);
    END
    """,
    """
    CREATE TRIGGER knowledge_words_change AFTER UPDATE OF title, body ON knowledge_item BEGIN
        INSERT INTO knowledge_words (knowledge_words, rowid, title, body)
        VALUES ('delete', old.number, old.title, old.body);
        INSERT INTO knowledge_words (rowid, title, body)
        VALUES (new.number, new.title, new.body);
    END
    """,
)


@MIGRATIONS()
def m001_knowledge(db: Database) -> None:
    for statement in STATEMENTS:
        db.conn.execute(statement)
