"""What the audit log holds: who did what to what, and how it ended. Ids, never a token."""

import unicodedata
from typing import Literal

from attrs import field, frozen

from rdvd.identity import redact

LONGEST = 500
UNSAFE_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")

Outcome = Literal["accepted", "refused", "failed"]


def clean(text: str) -> str:
    """Fit for a line of a log: no token, nothing that speaks to a terminal, no endless text."""
    text = redact(text[: 4 * LONGEST])[:LONGEST]
    if text.isascii() and text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(c) in UNSAFE_CATEGORIES else c for c in text)


def clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)


@frozen
class NewEntry:
    """What is to be written down."""

    action: str = field(converter=clean)
    outcome: Outcome
    user: str | None = field(default=None, converter=clean_or_none)
    token: str | None = field(default=None, converter=clean_or_none)
    peer: str | None = field(default=None, converter=clean_or_none)
    object: str | None = field(default=None, converter=clean_or_none)
    detail: str | None = field(default=None, converter=clean_or_none)


@frozen
class Entry:
    """One link of the chain. `hash` covers everything else here, the hash before it included."""

    seq: int
    at: int
    entry: NewEntry
    previous: str
    hash: str


@frozen
class Head:
    """How long the chain is and how it ends, kept apart from it to find out if it was cut."""

    count: int
    hash: str


@frozen
class Page:
    """Newest first. `before` asks for the next page; None: this was the last."""

    entries: list[Entry]
    before: int | None


@frozen
class Query:
    """Which entries. What is left out does not matter."""

    before: int | None = None
    limit: int = 100
    action: str | None = None
    outcome: Outcome | None = None
    user: str | None = None
    token: str | None = None


@frozen
class Fault:
    """Where the log is not what was written, and what is wrong there."""

    seq: int
    what: str


@frozen
class Verdict:
    """What a verification found. `noted` is the head kept outside that the log was compared with,
    None if there was none: then a cut end would not have been noticed."""

    checked: int
    head: Head
    fault: Fault | None
    noted: Head | None = None

    @property
    def is_intact(self) -> bool:
        return self.fault is None
