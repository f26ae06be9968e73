"""Searching many logs as text: lines as they were printed, without escape sequences or secrets."""

import re
from collections.abc import Iterable, Iterator

from attrs import field, frozen, validators

from rdvd.bytelog import ByteLog, Match
from rdvd.ground.errors import BadInput

from .secrets import Redactor, without

LONGEST_SHOWN = 2_000  # characters of one line
MOST_CONTEXT = 50


@frozen
class Query:
    """What to look for. Times are milliseconds since the epoch."""

    pattern: str = field(validator=validators.max_len(1_000))
    is_regex: bool = False
    ignore_case: bool = False
    context: int = field(default=0, validator=[validators.ge(0), validators.le(MOST_CONTEXT)])
    since: int | None = None
    until: int | None = None

    def compiled(self) -> re.Pattern[bytes]:
        if not self.pattern:
            raise BadInput("there is nothing to look for")
        source = self.pattern.encode() if self.is_regex else re.escape(self.pattern.encode())
        try:
            return re.compile(source, re.IGNORECASE if self.ignore_case else 0)
        except (re.error, OverflowError, RecursionError) as error:
            raise BadInput(f"{self.pattern!r} is no regular expression: {error}") from error


@frozen
class Hit:
    session: str
    offset: int  # of the line's first byte in the log
    end: int
    at: int | None  # milliseconds since the epoch
    line: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def find(logs: Iterable[tuple[str, ByteLog]], query: Query, redactor: Redactor) -> Iterator[Hit]:
    """Hits as they come, log after log. Whoever asks decides how many are enough, and stops."""
    pattern = query.compiled()
    for session, log in logs:
        matches = log.search(pattern, context=query.context, since=query.since, until=query.until)
        for match in matches:
            yield _hit(session, match, redactor)


def _hit(session: str, match: Match, redactor: Redactor) -> Hit:
    lines = [*match.before, match.line, *match.after]
    # A secret may go over several lines, so they are looked at together.
    shown = _redacted([line.decode("utf-8", "replace") for line in lines], redactor)
    middle = len(match.before)
    return Hit(
        session,
        match.offset,
        match.end,
        match.at,
        shown[middle],
        tuple(shown[:middle]),
        tuple(shown[middle + 1 :]),
    )


def _redacted(lines: list[str], redactor: Redactor) -> list[str]:
    text = "\n".join(lines)
    spans, start, shown = redactor.spans(text), 0, list[str]()
    for line in lines:
        end = start + len(line)
        inside = [
            (max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start
        ]
        shown.append(without(line, inside)[:LONGEST_SHOWN])
        start = end + 1
    return shown
