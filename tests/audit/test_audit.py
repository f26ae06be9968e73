import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from rdvd.audit import (
    EMPTY,
    MIGRATIONS,
    Entry,
    Head,
    NewEntry,
    Query,
    append,
    check_page,
    entry_of,
    finish_check,
    head,
    page,
    verify,
)
from rdvd.audit.chain import check, head_after, link
from rdvd.ground.errors import BadInput
from rdvd.ground.store import digest_of, open_store
from rdvd.identity import AuthEvent, TokenId, UserId
from rdvd.identity.tokens import new_secret


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    database = Database(memory=True, strict=True)
    MIGRATIONS.apply(database)
    yield database.conn
    database.close()


def fill(db: sqlite3.Connection, count: int) -> list[Entry]:
    return [append(db, NewEntry(f"act.{n}", "accepted", "u", "t"), at=n) for n in range(count)]


def unguarded(db: sqlite3.Connection) -> sqlite3.Connection:
    """As somebody who can write the file would do it."""
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    return db


def test_released_migrations_are_not_edited():
    assert digest_of(MIGRATIONS) == {"m001_chain": "f5860d6ce728cb25"}


def test_what_was_written_is_read_newest_first_and_verifies(db: sqlite3.Connection):
    written = fill(db, 5)

    assert written[::-1] == page(db, Query()).entries
    assert (5, True) == (verify(db).checked, verify(db).is_intact)
    assert head_after(written[-1]) == head(db)


def test_an_empty_log_is_intact(db: sqlite3.Connection):
    assert (EMPTY, True) == (head(db), verify(db).is_intact)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET outcome = 'refused' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 2",
        "REPLACE INTO audit (seq, at, action, outcome, previous, hash)"
        " VALUES (2, 0, 'a', 'accepted', 'p', 'h')",
        "UPDATE audit_head SET count = 1",
        "UPDATE audit_head SET hash = 'x'",
        "DELETE FROM audit_head",
        "INSERT INTO audit (seq, at, action, outcome, previous, hash)"
        " VALUES (9, 0, 'a', 'accepted', 'p', 'h')",
    ],
)
def test_the_tables_refuse_every_change_but_growth(statement: str, db: sqlite3.Connection):
    fill(db, 3)

    with pytest.raises(sqlite3.IntegrityError, match="audit log"):
        db.execute(statement)
    assert verify(db).is_intact


@pytest.mark.parametrize(
    ("statement", "seq", "what"),
    [
        ("UPDATE audit SET action = 'other' WHERE seq = 3", 3, "changed"),
        ("UPDATE audit SET at = 77 WHERE seq = 3", 3, "changed"),
        ("UPDATE audit SET detail = '' WHERE seq = 3", 3, "changed"),
        ("UPDATE audit SET hash = 'x' WHERE seq = 3", 3, "changed"),
        ("UPDATE audit SET previous = 'x' WHERE seq = 3", 3, "before it was changed"),
        ("DELETE FROM audit WHERE seq = 3", 3, "missing"),
        ("DELETE FROM audit WHERE seq = 1", 1, "missing"),
        ("DELETE FROM audit WHERE seq >= 4", 4, "tells of 5"),
        ("DELETE FROM audit", 1, "tells of 5"),
        ("UPDATE audit_head SET count = 4", 6, "tells of 4"),
        ("DELETE FROM audit_head", 6, "head"),
    ],
)
def test_tampering_is_found_where_it_is(
    statement: str, seq: int, what: str, db: sqlite3.Connection
):
    fill(db, 5)
    unguarded(db).execute(statement)

    fault = verify(db).fault
    assert fault is not None
    assert seq == fault.seq
    assert what in fault.what


def test_a_cut_that_hides_itself_is_found_by_a_head_noted_elsewhere(db: sqlite3.Connection):
    written = fill(db, 5)
    noted = head(db)
    unguarded(db).execute("DELETE FROM audit WHERE seq > 3")
    db.execute("UPDATE audit_head SET count = 3, hash = ?", (written[2].hash,))

    assert verify(db).is_intact
    assert not verify(db, noted).is_intact
    assert verify(db, head_after(written[1])).is_intact
    assert verify(db, EMPTY).is_intact
    assert not verify(db, Head(2, "forged")).is_intact


def test_a_long_log_is_verified_page_by_page(db: sqlite3.Connection):
    fill(db, 1_201)
    good, pages = EMPTY, 0
    while (checked := check_page(db, good)).head != good:
        good, pages = checked.head, pages + 1

    assert (3, True) == (pages, finish_check(db, good).is_intact)
    assert verify(db) == finish_check(db, good)


def test_pages_follow_each_other_and_can_be_filtered(db: sqlite3.Connection):
    fill(db, 5)
    append(db, NewEntry("authenticate", "refused", peer="uid:1"), at=9)

    first = page(db, Query(limit=4))
    rest = page(db, Query(limit=4, before=first.before))
    assert [6, 5, 4, 3, 2, 1] == [entry.seq for entry in [*first.entries, *rest.entries]]
    assert rest.before is None
    assert [6] == [entry.seq for entry in page(db, Query(outcome="refused")).entries]
    assert [2] == [entry.seq for entry in page(db, Query(action="act.1", token="t")).entries]
    assert [] == page(db, Query(user="' OR 1=1 --")).entries
    for limit in (0, 501):
        with pytest.raises(BadInput):
            page(db, Query(limit=limit))


texts = st.none() | st.text(max_size=40)
entries = st.builds(
    NewEntry,
    st.text(max_size=20),
    st.sampled_from(["accepted", "refused", "failed"]),
    texts,
    texts,
    texts,
    texts,
    texts,
)


@given(st.lists(entries, max_size=8), st.data())
def test_any_entry_makes_a_chain_that_breaks_when_one_is_left_out(
    new: list[NewEntry], data: st.DataObject
):
    chain: list[Entry] = []
    last = EMPTY
    for at, entry in enumerate(new):
        chain.append(link(last, entry, at))
        last = head_after(chain[-1])

    assert (last, None) == (check(EMPTY, chain).head, check(EMPTY, chain).fault)
    if len(chain) > 1:
        gone = data.draw(st.integers(0, len(chain) - 2))
        assert check(EMPTY, chain[:gone] + chain[gone + 1 :]).fault is not None


def test_an_entry_holds_no_token_and_nothing_that_speaks_to_a_terminal(db: sqlite3.Connection):
    token = new_secret("api").reveal()
    append(
        db,
        NewEntry("a", "failed", detail=f"sent {token}\n\x1b[2Jforged \u202e", object="x" * 9_999),
    )

    (entry,) = page(db, Query()).entries
    assert "sent <secret api>\ufffd\ufffd[2Jforged \ufffd" == entry.entry.detail
    assert 500 == len(entry.entry.object or "")


async def test_what_identity_tells_is_written_through_the_real_store(tmp_path: Path):
    event = AuthEvent("token.mint", "accepted", UserId("u"), TokenId("t"), "uid:1", "o", "why")
    async with open_store(tmp_path / "sqlite.db", [MIGRATIONS]) as store:
        await store.write(append, entry_of(event))
        (entry,) = (await store.read(page, Query())).entries
        verdict = await store.read(verify)

    assert NewEntry("token.mint", "accepted", "u", "t", "uid:1", "o", "why") == entry.entry
    assert verdict.is_intact
