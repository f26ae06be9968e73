"""The audit log in SQLite: append, page, verify. Nothing here changes or removes an entry."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import asdict

from rdvd.ground.clock import now_ms
from rdvd.ground.errors import BadInput
from rdvd.ground.store import Along

from .chain import EMPTY, Checked, check, head_after, link
from .types import Entry, Fault, Head, NewEntry, Page, Query, Verdict

LARGEST_PAGE = 500
COLUMNS = "seq, at, previous, hash, action, outcome, user, token, peer, object, detail"


def append(db: sqlite3.Connection, entry: NewEntry, at: int | None = None) -> Entry:
    """Write it behind the last one. The head moves in the same transaction."""
    linked = link(head(db), entry, now_ms() if at is None else at)
    db.execute(
        f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(linked.seq, linked.at, linked.previous, linked.hash, entry.action, entry.outcome),
            *(entry.user, entry.token, entry.peer, entry.object, entry.detail),
        ),
    )
    return linked


def append_all(db: sqlite3.Connection, entries: Sequence[NewEntry], along: Along) -> Head:
    """Each behind the one before, together with what they tell of. Returns the head after them."""
    along(db)
    for entry in entries:
        append(db, entry)
    return head(db)


def head(db: sqlite3.Connection) -> Head:
    row = db.execute("SELECT count, hash FROM audit_head").fetchone()
    return Head(-1, "") if row is None else Head(*row)


def page(db: sqlite3.Connection, query: Query) -> Page:
    """A page of entries, newest first."""
    if not 1 <= query.limit <= LARGEST_PAGE:
        raise BadInput(f"limit is from 1 to {LARGEST_PAGE}")
    rows = db.execute(
        f"SELECT {COLUMNS} FROM audit WHERE (:before IS NULL OR seq < :before)"
        " AND (:action IS NULL OR action = :action) AND (:outcome IS NULL OR outcome = :outcome)"
        " AND (:user IS NULL OR user = :user) AND (:token IS NULL OR token = :token)"
        " ORDER BY seq DESC LIMIT :limit",
        asdict(query),
    )
    entries = [_entry(row) for row in rows]
    return Page(entries, entries[-1].seq if len(entries) == query.limit else None)


def check_page(db: sqlite3.Connection, good: Head) -> Checked:
    """Follow the chain for one page from a head found good. The same head comes back at its end."""
    return check(good, _entries_after(db, good.count))


def finish_check(db: sqlite3.Connection, good: Head, remembered: Head | None = None) -> Verdict:
    """Compare where the chain ends with where it says it ends, and with a head noted elsewhere."""
    kept = head(db)
    if kept != good:
        return _broken(good, f"the log ends here, but its head tells of {kept.count} entries")
    if remembered is not None and not holds(db, remembered):
        return _broken(good, f"the log does not hold the {remembered.count} entries once seen")
    return Verdict(good.count, good, None, remembered)


def verify(db: sqlite3.Connection, remembered: Head | None = None) -> Verdict:
    """The whole chain in one go, on one view. Finds changes, gaps, and a cut end.

    Somebody who can write the file and knows all this can forge the whole of it: only a head
    noted elsewhere (`remembered`) tells then.
    """
    good = EMPTY
    while True:
        checked = check_page(db, good)
        if checked.fault is not None:
            return Verdict(checked.head.count, checked.head, checked.fault)
        if checked.head == good:
            return finish_check(db, good, remembered)
        good = checked.head


def holds(db: sqlite3.Connection, remembered: Head) -> bool:
    """Whether the log has passed this head."""
    found = list(_entries_after(db, remembered.count - 1))[:1]
    return remembered == EMPTY or [head_after(entry) for entry in found] == [remembered]


def _broken(good: Head, what: str) -> Verdict:
    return Verdict(good.count, good, Fault(good.count + 1, what))


def _entries_after(db: sqlite3.Connection, seq: int) -> Iterator[Entry]:
    rows = db.execute(
        f"SELECT {COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", (seq, LARGEST_PAGE)
    )
    return map(_entry, rows)


def _entry(row: tuple[Any, ...]) -> Entry:  # Any: a row is what the table says
    seq, at, previous, digest, *rest = row
    return Entry(seq, at, NewEntry(*rest), previous, digest)
