"""Finding lines in a stream of pieces, with those around them. Memory is bounded."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from attrs import define, field, frozen

from .types import Match, Piece

LONGEST_LINE = 64 * 1024  # what is longer is looked at in parts
Pattern = bytes | re.Pattern[bytes]

# CSI, OSC and the other strings, and two-byte escapes: ECMA-48. Carriage returns and bells as well.
ANSI = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\-~])|[\r\x07]"
)


@frozen
class Line:
    offset: int
    text: bytes  # as it is looked at
    end: int


@define
class _Open:
    """A match that still waits for the lines behind it."""

    line: Line
    before: tuple[bytes, ...]
    after: list[bytes] = field(factory=list[bytes])


def search(
    pieces: Iterable[Piece],
    pattern: Pattern,
    context: int,
    strip_ansi: bool,
    time_at: Callable[[int], int | None],
) -> Iterator[Match]:
    find = re.compile(re.escape(pattern)) if isinstance(pattern, bytes) else pattern
    before, open_ = deque[bytes](maxlen=context), deque[_Open]()
    for line in lines(pieces, strip_ansi=strip_ansi):
        for match in open_:
            match.after.append(line.text)
        while open_ and len(open_[0].after) >= context:
            yield _done(open_.popleft(), time_at)
        if find.search(line.text):
            open_.append(_Open(line, tuple(before)))
            if not context:
                yield _done(open_.popleft(), time_at)
        before.append(line.text)
    for match in open_:
        yield _done(match, time_at)


def lines(pieces: Iterable[Piece], *, strip_ansi: bool) -> Iterator[Line]:
    """Whole lines; a gap ends one."""
    start, begun = 0, b""
    for piece in pieces:
        if begun and piece.offset != start + len(begun):
            yield _line(start, begun, strip_ansi)
            begun = b""
        if not begun:
            start = piece.offset
        *whole, begun = (begun + piece.data).split(b"\n")
        for raw in whole:
            yield from _parts(start, raw, strip_ansi)
            start += len(raw) + 1
        while len(begun) > LONGEST_LINE:
            yield _line(start, begun[:LONGEST_LINE], strip_ansi)
            start, begun = start + LONGEST_LINE, begun[LONGEST_LINE:]
    if begun:
        yield _line(start, begun, strip_ansi)


def _parts(start: int, raw: bytes, strip_ansi: bool) -> Iterator[Line]:
    yield _line(start, raw[:LONGEST_LINE], strip_ansi)
    for at in range(LONGEST_LINE, len(raw), LONGEST_LINE):
        yield _line(start + at, raw[at : at + LONGEST_LINE], strip_ansi)


def _line(start: int, raw: bytes, strip_ansi: bool) -> Line:
    return Line(start, ANSI.sub(b"", raw) if strip_ansi else raw, start + len(raw))


def _done(match: _Open, time_at: Callable[[int], int | None]) -> Match:
    line = match.line
    at = time_at(line.offset)
    return Match(line.offset, line.end, at, line.text, match.before, tuple(match.after))
