"""Users and tokens in SQLite: a token's digest, never a token."""

import sqlite3
from collections.abc import Sequence

from attrs import field, frozen

from .types import Token, TokenId, User, UserId

PAGE = 500


@frozen
class StoredToken:
    """A token's record and what it is recognised by."""

    token: Token
    digest: bytes = field(repr=False)

    def write(self, db: sqlite3.Connection) -> None:
        add_token(db, self)


def add_user(db: sqlite3.Connection, user: User) -> None:
    db.execute(
        "INSERT INTO users (id, name, is_owner, created) VALUES (?, ?, ?, ?)",
        (user.id, user.name, int(user.is_owner), user.created),
    )


def users_after(db: sqlite3.Connection, last: str) -> list[User]:
    """A page of users by id. The next page begins after the last one's id."""
    rows = db.execute(
        "SELECT id, name, is_owner, created FROM users WHERE id > ? ORDER BY id LIMIT ?",
        (last, PAGE),
    )
    return [User(UserId(id), name, bool(owner), created) for id, name, owner, created in rows]


def add_token(db: sqlite3.Connection, stored: StoredToken) -> None:
    token = stored.token
    db.execute(
        "INSERT INTO tokens (id, kind, digest, user, name, created, last_used, expires, revoked,"
        " rotated_from, subject) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(token.id, token.kind, stored.digest, token.user, token.name, token.created),
            *(token.last_used, token.expires, token.revoked, token.rotated_from, token.subject),
        ),
    )


def live_tokens_after(db: sqlite3.Connection, last: str, now: int) -> list[StoredToken]:
    """A page, by id, of the tokens neither revoked nor expired."""
    rows = db.execute(
        "SELECT digest, id, kind, user, name, created, last_used, expires, revoked, rotated_from,"
        " subject FROM tokens WHERE revoked IS NULL AND (expires IS NULL OR expires > ?)"
        " AND id > ? ORDER BY id LIMIT ?",
        (now, last, PAGE),
    )
    return [StoredToken(Token(*columns), digest) for digest, *columns in rows]


def is_digest_known(db: sqlite3.Connection, digest: bytes) -> bool:
    """Whether a token with this digest was ever there, dead or alive."""
    return db.execute("SELECT 1 FROM tokens WHERE digest = ?", (digest,)).fetchone() is not None


def revoke_tokens(db: sqlite3.Connection, ids: Sequence[TokenId], now: int) -> None:
    db.executemany(
        "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL", [(now, id) for id in ids]
    )


def set_expiry(db: sqlite3.Connection, ids: Sequence[TokenId], expires: int) -> None:
    db.executemany("UPDATE tokens SET expires = ? WHERE id = ?", [(expires, id) for id in ids])


def note_uses(db: sqlite3.Connection, uses: Sequence[tuple[TokenId, int]]) -> None:
    db.executemany("UPDATE tokens SET last_used = ? WHERE id = ?", [(at, id) for id, at in uses])


def purge_tokens(db: sqlite3.Connection, before: int) -> int:
    """Remove a page of the tokens that ended before then. Returns how many.

    Those of the service stay: a dead one that turns up in its file must be known as dead, or it
    would be taken for one of an older installation and be good again.
    """
    return db.execute(
        "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens"
        " WHERE min(ifnull(revoked, expires), ifnull(expires, revoked)) < ?"
        " AND kind <> 'svc' LIMIT ?)",
        (before, PAGE),
    ).rowcount
