"""What a process that reads logs for somebody is told to do, and what a search of it answers."""

from typing import Literal

from attrs import field, frozen

from .cast import CastOptions
from .find import Hit, Query

CutOff = Literal["matches", "bytes", "time"]


@frozen
class Search:
    """In these logs, each a session and its directory, in this order; only so much of it."""

    logs: list[tuple[str, str]]
    query: Query
    most_hits: int
    most_bytes: int  # read
    redact: list[str] = field(factory=list[str], repr=False)


@frozen
class Record:
    """An asciicast of one log."""

    directory: str
    options: CastOptions
    redact: list[str] = field(factory=list[str], repr=False)


@frozen
class Job:
    """One of both."""

    search: Search | None = None
    record: Record | None = None


@frozen
class Line:
    """A line of a search's answer: a hit, or at the end why it went no further, if it did not."""

    hit: Hit | None = None
    cut_off: CutOff | None = None


@frozen
class Found:
    hits: list[Hit]
    cut_off: CutOff | None  # None: all was looked at
