"""Reading a byte log, also while the recorder writes it. Synchronous: for worker threads."""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from rdvd.recorder import GAPS, LOG, REMOVED, Kind, Record

from .errors import LogProblem
from .search import Pattern, search
from .segments import SegmentFile, index_in, segments_of
from .types import Block, Fault, Gap, Match, Piece
from .verify import verify

MOST = 16 << 20  # bytes in one answer


class ByteLog:
    """The log in a session's directory. Nothing is kept open and nothing is locked.

    Every method looks anew, so what it tells is of the moment of the call. A log without any
    segment is empty: `first` and `end` are 0.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory / LOG

    @property
    def first(self) -> int:
        """The offset of the oldest byte that is kept."""
        segments = segments_of(self.directory)
        return next((each.start for each in segments if each.end > each.start), self.end)

    @property
    def end(self) -> int:
        """The offset behind the newest byte."""
        segments = segments_of(self.directory)
        return segments[-1].end if segments else 0

    @property
    def last_time(self) -> int | None:
        """When the newest byte came, in milliseconds; None if there is none."""
        last = deque(self.blocks(max(0, self.end - 1)), maxlen=1)
        return last[0].at if last else None

    def read(self, offset: int, limit: int) -> Piece:
        """What is there from `offset` on, at most to the next gap or segment.

        If nothing is there because it is missing, the piece begins where the next bytes are; at
        the end it is empty. A short piece is no end: ask again from its `end`.
        """
        if offset < 0 or limit < 1:
            raise LogProblem("an offset is at least 0, and a limit at least 1")
        limit = min(limit, MOST)
        for segment in segments_of(self.directory):
            if segment.end > offset:
                start = max(offset, segment.start)
                data = segment.read(start, limit)
                if data:
                    return Piece(start, data)
        return Piece(max(offset, self.end) if offset <= self.end else offset, b"")

    def pieces(
        self, offset: int = 0, end: int | None = None, size: int = 1 << 18
    ) -> Iterator[Piece]:
        """All bytes from `offset` up to `end`, or to what is the end when it is reached."""
        while end is None or offset < end:
            piece = self.read(offset, size if end is None else min(size, end - offset))
            if not piece.data or (end is not None and piece.offset >= end):
                return
            yield piece if end is None else Piece(piece.offset, piece.data[: end - piece.offset])
            offset = piece.end

    def blocks(self, offset: int = 0) -> Iterator[Block]:
        """From the one that holds `offset` on. Bytes of the last moment may not have one yet."""
        for segment in self._segments_from(offset):
            index = index_in(segment.index)
            for record in index.blocks(index.number_behind(offset)):
                if record.end > offset and record.end <= segment.end:
                    yield Block(record.start, record.end, record.time_ms, record.crc)

    def offset_at(self, time_ms: int) -> int:
        """The offset of the first byte that came after `time_ms`: what was shown then is before."""
        segments, known = segments_of(self.directory), 0
        for segment in segments:
            blocks = list(index_in(segment.index).blocks())
            if blocks and blocks[-1].time_ms > time_ms:
                return next(block.start for block in blocks if block.time_ms > time_ms)
            known = blocks[-1].end if blocks else segment.start
        if not segments or segments[-1].changed_ms <= time_ms:
            return segments[-1].end if segments else 0
        return min(known, segments[-1].end)  # the last bytes have no block yet, and came later

    def time_at(self, offset: int) -> int | None:
        """When the byte at `offset` had come; None if nothing is known of it or later ones."""
        block = next(self.blocks(offset), None)
        return block.at if block else None

    def gaps(self) -> list[Gap]:
        """In order. What limits have removed is one of them, from 0 on."""
        segments = segments_of(self.directory)
        found = self._removed(segments)
        for before, after in pairwise(segments):
            if after.start > before.end:
                found.append(self._hole(before.end, after))
        at = {mark.start: mark for each in segments for mark in _marks(each)}
        at |= {gap.start: gap for gap in found}  # where the number is known after all
        return sorted(at.values(), key=lambda gap: gap.start)

    def verify(self) -> list[Fault]:
        """Everything that is not as it was written down, and where. Reads the whole log."""
        return verify(segments_of(self.directory))

    def search(
        self,
        pattern: Pattern,
        *,
        context: int = 0,
        since: int | None = None,
        until: int | None = None,
        strip_ansi: bool = True,
    ) -> Iterator[Match]:
        """Lines in which the pattern (bytes, or a compiled bytes pattern) is found, as they come.

        `since` and `until` are milliseconds. Memory is bounded by the context and by the longest
        line that is looked at (search.LONGEST_LINE).
        """
        start = 0 if since is None else self.offset_at(since - 1)
        end = None if until is None else self.offset_at(until)
        yield from search(self.pieces(start, end), pattern, context, strip_ansi, self.time_at)

    def _segments_from(self, offset: int) -> list[SegmentFile]:
        return [each for each in segments_of(self.directory) if each.end > offset]

    def _removed(self, segments: list[SegmentFile]) -> list[Gap]:
        first = segments[0].start if segments else 0
        if not first:
            return []
        removed = [r for r in index_in(self.directory / REMOVED).records() if r.end <= first]
        if not removed:
            return [self._hole(0, segments[0])]
        return [Gap(0, first, GAPS.get(removed[-1].kind, "unknown"), removed[-1].time_ms)]

    def _hole(self, start: int, after: SegmentFile) -> Gap:
        head = next(index_in(after.index).records(), None)
        if head is not None and head.kind in GAPS:
            return Gap(start, after.start, GAPS[head.kind], head.time_ms)
        return Gap(start, after.start, "unknown", None)


def _marks(segment: SegmentFile) -> list[Gap]:
    """Gaps of unknown length, in the middle of a segment."""
    records = index_in(segment.index).records()
    return [Gap(r.start, r.end, GAPS[r.kind], r.time_ms) for r in records if _is_mark(r)]


def _is_mark(record: Record) -> bool:
    return record.kind in GAPS and record.kind != Kind.BLOCK and record.start == record.end
