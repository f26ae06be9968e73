import sqlite3
from collections.abc import Iterator

import pytest
from attrs import evolve
from sqlite_utils import Database

from rdvd.ground.store import digest_of
from rdvd.identity import MIGRATIONS, Token, TokenId, User, UserId, tables
from rdvd.identity.tables import StoredToken

ANN = User(UserId("ann"), "Ann", True, 1)
TOKEN = Token(TokenId("t1"), "api", ANN.id, "laptop", 1)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    database = Database(memory=True, strict=True)
    database.conn.execute("PRAGMA foreign_keys = on")
    MIGRATIONS.apply(database)
    tables.add_user(database.conn, ANN)
    yield database.conn
    database.close()


def store(db: sqlite3.Connection, token: Token, digest: bytes = b"d" * 32) -> None:
    tables.add_token(db, StoredToken(token, digest))


def test_released_migrations_are_not_edited():
    assert digest_of(MIGRATIONS) == {"m001_users_and_tokens": "35289174dc5e3e47"}


def test_what_is_stored_is_read_back(db: sqlite3.Connection):
    token = evolve(TOKEN, last_used=2, expires=9, subject="s")
    store(db, token)

    assert [ANN] == tables.users_after(db, "")
    assert [StoredToken(token, b"d" * 32)] == tables.live_tokens_after(db, "", now=8)


def test_revoked_and_expired_tokens_are_not_read_again(db: sqlite3.Connection):
    store(db, TOKEN)
    store(db, evolve(TOKEN, id=TokenId("t2"), expires=5), b"e" * 32)
    store(db, evolve(TOKEN, id=TokenId("t3")), b"f" * 32)
    tables.revoke_tokens(db, [TOKEN.id], 4)
    tables.set_expiry(db, [TokenId("t3")], 6)

    assert ["t3"] == [stored.token.id for stored in tables.live_tokens_after(db, "", now=5)]
    assert [] == tables.live_tokens_after(db, "", now=6)
    assert tables.is_digest_known(db, b"d" * 32)
    assert not tables.is_digest_known(db, b"x" * 32)


def test_tokens_are_read_in_pages(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "PAGE", 2)
    for number in range(5):
        store(db, evolve(TOKEN, id=TokenId(f"t{number}")), bytes([number]) * 32)

    seen: list[str] = []
    while page := tables.live_tokens_after(db, seen[-1] if seen else "", now=0):
        seen += [stored.token.id for stored in page]

    assert ["t0", "t1", "t2", "t3", "t4"] == seen


def test_the_tables_refuse_what_makes_no_sense(db: sqlite3.Connection):
    store(db, TOKEN)
    other = evolve(TOKEN, id=TokenId("t2"))

    for wrong, digest in [
        (other, b"d" * 32),  # a digest twice
        (other, b"short"),
        (evolve(other, user=UserId("nobody")), b"e" * 32),
    ]:
        with pytest.raises(sqlite3.IntegrityError):
            store(db, wrong, digest)
    with pytest.raises(sqlite3.IntegrityError):
        tables.add_user(db, User(UserId("bob"), "Bob", True, 1))


def test_text_is_text_whatever_it_says(db: sqlite3.Connection):
    name = "x'); DROP TABLE tokens; --"
    store(db, evolve(TOKEN, name=name))

    assert [name] == [stored.token.name for stored in tables.live_tokens_after(db, "", now=0)]


def test_a_use_is_noted(db: sqlite3.Connection):
    store(db, TOKEN)
    tables.note_uses(db, [(TOKEN.id, 7)])

    assert [7] == [stored.token.last_used for stored in tables.live_tokens_after(db, "", now=0)]


def test_tokens_are_purged_a_while_after_their_end_and_never_before(db: sqlite3.Connection):
    ends = {"revoked": (10, None), "expired": (None, 10), "both": (30, 10), "good": (None, None)}
    for number, (name, (revoked, expires)) in enumerate(ends.items()):
        token = evolve(TOKEN, id=TokenId(name), revoked=revoked, expires=expires)
        store(db, token, bytes([number]) * 32)

    assert tables.purge_tokens(db, before=10) == 0
    assert tables.purge_tokens(db, before=11) == 3
    assert [stored.token.id for stored in tables.live_tokens_after(db, "", now=0)] == ["good"]


def test_a_dead_service_token_is_remembered_for_ever(db: sqlite3.Connection):
    """Else, found in its file, it would be taken for one of an older installation."""
    dead = evolve(TOKEN, kind="svc", revoked=1)
    store(db, dead)
    store(db, evolve(dead, id=TokenId("t2"), rotated_from=dead.id), b"e" * 32)

    assert tables.purge_tokens(db, before=99) == 0
    assert tables.is_digest_known(db, b"d" * 32)
