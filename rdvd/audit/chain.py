"""The hash chain: SHA-256 over canonical JSON that holds the hash before. Pure."""

import hashlib
import json
from collections.abc import Iterable

from attrs import asdict, frozen

from rdvd.identity import AuthEvent, Principal, name_of

from .types import Entry, Fault, Head, NewEntry, Outcome

EMPTY = Head(0, "0" * 64)


def link(head: Head, entry: NewEntry, at: int) -> Entry:
    """The entry that comes after this head."""
    seq = head.count + 1
    return Entry(seq, at, entry, head.hash, _hash(seq, at, entry, head.hash))


def head_after(entry: Entry) -> Head:
    return Head(entry.seq, entry.hash)


@frozen
class Checked:
    """How far the chain holds, and what is wrong right behind that."""

    head: Head
    fault: Fault | None


def check(head: Head, entries: Iterable[Entry]) -> Checked:
    """Follow the chain from a head that was found good."""
    for entry in entries:
        fault = _fault_of(head, entry)
        if fault is not None:
            return Checked(head, Fault(head.count + 1, fault))
        head = head_after(entry)
    return Checked(head, None)


def entry_of(event: AuthEvent) -> NewEntry:
    """What identity has to tell, as an entry."""
    return NewEntry(
        event.action,
        event.outcome,
        event.user,
        event.token,
        event.peer,
        event.object,
        event.reason,
    )


def entry_by(
    by: Principal,
    action: str,
    about: str | None = None,
    detail: str | None = None,
    outcome: Outcome = "accepted",
) -> NewEntry:
    """What somebody has done, or was refused."""
    return NewEntry(action, outcome, by.user, by.token, name_of(by), about, detail)


def _fault_of(head: Head, entry: Entry) -> str | None:
    if entry.seq != head.count + 1:
        return f"an entry is missing; the next one that is there is {entry.seq}"
    if entry.previous != head.hash:
        return "the entry before it was changed or replaced"
    if entry.hash != _hash(entry.seq, entry.at, entry.entry, entry.previous):
        return "the entry was changed"
    return None


def _hash(seq: int, at: int, entry: NewEntry, previous: str) -> str:
    # Sorted keys, no spaces, ASCII: one text for one value, and no value that breaks a line.
    document = {**asdict(entry), "seq": seq, "at": at, "previous": previous}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
