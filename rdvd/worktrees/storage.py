"""Worktrees that we have made, in SQLite. Paths are bytes, as the system has them."""

import os
import sqlite3
from collections.abc import Sequence
from typing import Any

from attrs import evolve

from rdvd.identity import SessionId, UserId

from .types import Stage, Worktree

PAGE = 200
COLUMNS = (
    "id", "user", "repository", "path", "branch", "stage", "created", "session", "base",
    "created_branch", "entry",
)  # fmt: skip
SELECT = f"SELECT {', '.join(COLUMNS)} FROM worktrees"
PUT = (
    f"INSERT INTO worktrees ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])
)
TRUST = "INSERT OR REPLACE INTO trusted_projects VALUES (?, ?, ?, ?)"
IS_TRUSTED = "SELECT 1 FROM trusted_projects WHERE user = ? AND repository = ? AND fingerprint = ?"
DISTRUST = "DELETE FROM trusted_projects WHERE user = ? AND repository = ?"


def put(db: sqlite3.Connection, tree: Worktree) -> None:
    db.execute(
        PUT,
        (
            *(tree.id, tree.user, os.fsencode(tree.repository), os.fsencode(tree.path)),
            *(None if tree.branch is None else os.fsencode(tree.branch), tree.stage, tree.created),
            *(tree.session, tree.base, int(tree.created_branch), tree.entry),
        ),
    )


def begin(db: sqlite3.Connection, tree: Worktree) -> None:
    """Nothing is at its path, so whatever row says otherwise is of one that others have removed."""
    db.execute("DELETE FROM worktrees WHERE path = ?", (os.fsencode(tree.path),))
    put(db, tree)


def settle(db: sqlite3.Connection, tree: Worktree) -> None:
    """It is there and stays. One that we have not made has no row."""
    if tree.created:
        put(db, evolve(tree, stage="ready", entry=None))
    else:
        forget(db, tree.id)


def forget(db: sqlite3.Connection, id: str) -> None:
    """It is gone, or never came to be."""
    db.execute("DELETE FROM worktrees WHERE id = ?", (id,))


def at(db: sqlite3.Connection, path: str) -> Worktree | None:
    row = db.execute(f"{SELECT} WHERE path = ?", (os.fsencode(path),)).fetchone()
    return None if row is None else _worktree(row)


def of_repository(db: sqlite3.Connection, repository: str) -> list[Worktree]:
    rows = db.execute(f"{SELECT} WHERE repository = ? ORDER BY path", (os.fsencode(repository),))
    return [_worktree(row) for row in rows]


def of_session(db: sqlite3.Connection, session: SessionId) -> Worktree | None:
    row = db.execute(f"{SELECT} WHERE session = ?", (session,)).fetchone()
    return None if row is None else _worktree(row)


def unsettled(db: sqlite3.Connection) -> list[Worktree]:
    """Those in the middle of something. There are few: acts that were going on at one moment."""
    return [_worktree(row) for row in db.execute(f"{SELECT} WHERE stage != 'ready' ORDER BY id")]


def page_after(db: sqlite3.Connection, last: str) -> list[Worktree]:
    rows = db.execute(f"{SELECT} WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE))
    return [_worktree(row) for row in rows]


def trust(
    db: sqlite3.Connection, user: UserId, repository: str, fingerprint: str, now: int
) -> None:
    db.execute(TRUST, (user, os.fsencode(repository), fingerprint, now))


def is_trusted(db: sqlite3.Connection, user: UserId, repository: str, fingerprint: str) -> bool:
    row = db.execute(IS_TRUSTED, (user, os.fsencode(repository), fingerprint)).fetchone()
    return row is not None


def distrust(db: sqlite3.Connection, user: UserId, repository: str) -> int:
    """How many fingerprints are no longer trusted."""
    return db.execute(DISTRUST, (user, os.fsencode(repository))).rowcount


def _worktree(row: Sequence[Any]) -> Worktree:  # Any: a row is what the table says
    id, user, repository, path, branch, stage, created, session, base, created_branch, entry = row
    known: Stage = stage
    return Worktree(
        id=id,
        user=UserId(user),
        repository=os.fsdecode(repository),
        path=os.fsdecode(path),
        branch=None if branch is None else os.fsdecode(branch),
        stage=known,
        created=created,
        session=None if session is None else SessionId(session),
        base=base,
        created_branch=bool(created_branch),
        entry=entry,
    )
