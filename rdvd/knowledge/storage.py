"""Knowledge in SQLite. Whose a folder is has been asked before anybody comes here."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from attrs import evolve

from rdvd.ground import json
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Conflict, NotFound
from rdvd.ground.ids import new_id
from rdvd.identity import UserId

from .types import CLASSES, Content, Facts, FolderId, Hit, Item, ItemId, Kind, Knowledge
from .words import MARKS, body_of, query_of, title_of

MOST_ITEMS = 2_000
MOST_HITS = 100
EXCERPT_WORDS = 24
TITLE_WEIGHT, BODY_WEIGHT = 4.0, 1.0
ITEM = "i.id, i.kind, i.content, i.uses, i.used_at, i.created_at, i.updated_at"


class KnowledgeFull(Conflict):
    """So much is no knowledge any more."""

    code = "KNOWLEDGE_FULL"


def find(db: sqlite3.Connection, folder: FolderId) -> Knowledge | None:
    row = db.execute(
        "SELECT user, tech_stack, facts, scanned_at, created_at, updated_at FROM knowledge "
        "WHERE folder = ?",
        (folder,),
    ).fetchone()
    if row is None:
        return None
    user, stack, facts, *times = row
    return Knowledge(
        folder, user, tuple(json.decode(stack.encode(), list[str])),
        json.decode(facts.encode(), Facts), *times,
    )  # fmt: skip


def obtain(db: sqlite3.Connection, folder: FolderId, user: UserId) -> Knowledge:
    """What is known of the folder; nothing yet, if it is asked about for the first time."""
    known, at = find(db, folder), now_ms()
    return known or save(db, Knowledge(folder, user, created_at=at, updated_at=at))


def save(db: sqlite3.Connection, known: Knowledge) -> Knowledge:
    saved = evolve(known, updated_at=now_ms())
    db.execute(
        "INSERT INTO knowledge "
        "(folder, user, tech_stack, facts, scanned_at, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (folder) DO UPDATE SET "
        "tech_stack = excluded.tech_stack, facts = excluded.facts, "
        "scanned_at = excluded.scanned_at, updated_at = excluded.updated_at",
        (
            *(saved.folder, saved.user, _text(list(saved.tech_stack)), _text(saved.facts)),
            *(saved.scanned_at, saved.created_at, saved.updated_at),
        ),
    )
    return saved


def forget(db: sqlite3.Connection, folder: FolderId) -> None:
    if not db.execute("DELETE FROM knowledge WHERE folder = ?", (folder,)).rowcount:
        raise NotFound("nothing is known of this folder")


def items(
    db: sqlite3.Connection, folder: FolderId, kind: Kind | None = None, title: str | None = None
) -> list[Item]:
    """In the order in which they were learnt."""
    rows = db.execute(
        f"SELECT {ITEM} FROM knowledge_item AS i WHERE i.folder = ? AND (? IS NULL OR i.kind = ?) "
        "AND (? IS NULL OR i.title = ?) ORDER BY i.created_at, i.number",
        (folder, kind, kind, title, title),
    )
    return [_item(row) for row in rows]


def add(db: sqlite3.Connection, folder: FolderId, kind: Kind, content: Content) -> Item:
    """The same content once more is no second item. No two times are equal: they tell the order."""
    same = db.execute(
        f"SELECT {ITEM} FROM knowledge_item AS i WHERE i.folder = ? AND i.kind = ? "
        "AND i.content = ?",
        (folder, kind, _text(content)),
    ).fetchone()
    if same is not None:
        return _item(same)
    count, last = db.execute(
        "SELECT count(*), ifnull(max(created_at), 0) FROM knowledge_item WHERE folder = ?",
        (folder,),
    ).fetchone()
    if count >= MOST_ITEMS:
        raise KnowledgeFull(f"a folder has {MOST_ITEMS} items at most; remove some first")
    id, at = ItemId(new_id()), max(now_ms(), last + 1)
    db.execute(
        "INSERT INTO knowledge_item "
        "(id, folder, kind, title, body, content, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (id, folder, kind, title_of(content), body_of(content), _text(content), at, at),
    )
    return Item(id, kind, content, 0, None, at, at)


def remove(db: sqlite3.Connection, folder: FolderId, id: ItemId) -> None:
    gone = db.execute("DELETE FROM knowledge_item WHERE folder = ? AND id = ?", (folder, id))
    if not gone.rowcount:
        raise NotFound(f"there is no item {id[:100]} in this folder")


def use(db: sqlite3.Connection, folder: FolderId, id: ItemId) -> None:
    """Somebody has gone by it."""
    done = db.execute(
        "UPDATE knowledge_item SET uses = uses + 1, used_at = ? WHERE folder = ? AND id = ?",
        (now_ms(), folder, id),
    )
    if not done.rowcount:
        raise NotFound(f"there is no item {id[:100]} in this folder")


def search(
    db: sqlite3.Connection, folders: Iterable[FolderId], text: str, kind: Kind | None, limit: int
) -> list[Hit]:
    """The best first; words in a title weigh more."""
    query = query_of(text)
    if query is None:
        return []
    rows = db.execute(
        f"SELECT {ITEM}, -bm25(knowledge_words, ?, ?) AS score, "
        "snippet(knowledge_words, -1, ?, ?, '…', ?) "
        "FROM knowledge_words JOIN knowledge_item AS i ON i.number = knowledge_words.rowid "
        "WHERE knowledge_words MATCH ? AND i.folder IN (SELECT value FROM json_each(?)) "
        "AND (? IS NULL OR i.kind = ?) ORDER BY score DESC, i.number LIMIT ?",
        (
            *(TITLE_WEIGHT, BODY_WEIGHT, *MARKS, EXCERPT_WORDS, query),
            *(_text(list(folders)), kind, kind, min(limit, MOST_HITS)),
        ),
    )
    return [Hit(_item(row[:-2]), row[-2], row[-1]) for row in rows]


def _item(row: tuple[Any, ...]) -> Item:
    id, kind, content, *rest = row
    return Item(id, kind, json.decode(content.encode(), CLASSES[kind]), *rest)


def _text(value: object) -> str:
    return json.encode(value).decode()
