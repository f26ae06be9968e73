"""Whether a log still is what was written: every checksum, every record, every file."""

from collections.abc import Iterator
from itertools import pairwise

from rdvd.recorder import GAPS, RECORD_SIZE, Kind, Record

from .segments import Index, SegmentFile, index_in
from .types import Fault


def verify(segments: list[SegmentFile]) -> list[Fault]:
    """In the order of offsets. A record that is just being written is no fault."""
    last = segments[-1].start if segments else 0
    found = [fault for each in segments for fault in _of_segment(each, is_last=each.start == last)]
    return found + [
        fault for before, after in pairwise(segments) for fault in _between(before, after)
    ]


def _of_segment(segment: SegmentFile, *, is_last: bool) -> Iterator[Fault]:
    index = index_in(segment.index)
    at, is_sealed = segment.start, False
    for number in range(len(index)):
        record = index.at(number)
        if record is None:
            yield _fault(segment.index.name, at, at, f"record {number} is damaged")
            continue
        if record.kind == Kind.BLOCK:
            yield from _of_block(segment, record, at)
        is_sealed = record.kind == Kind.SEALED
        at = max(at, record.end)
    yield from _of_end(segment, index, at, is_sealed=is_sealed, is_last=is_last)


def _of_block(segment: SegmentFile, record: Record, at: int) -> Iterator[Fault]:
    name = segment.path.name
    if record.start != at:
        yield _fault(name, at, record.start, "no record covers these bytes")
    crc = segment.crc(record.start, record.end)
    if crc is None:
        yield _fault(name, record.start, record.end, "bytes are missing at the end of the segment")
    elif crc != record.crc:
        yield _fault(name, record.start, record.end, "the bytes do not match their checksum")


def _of_end(
    segment: SegmentFile, index: Index, at: int, *, is_sealed: bool, is_last: bool
) -> Iterator[Fault]:
    if is_last:
        return  # the recorder may be writing it
    if at < segment.end:
        yield _fault(segment.path.name, at, segment.end, "no record covers these bytes")
    if not is_sealed:
        yield _fault(segment.index.name, at, at, "the segment is not sealed")
    if len(index.raw) % RECORD_SIZE:
        yield _fault(segment.index.name, at, at, "the last record is torn")


def _between(before: SegmentFile, after: SegmentFile) -> Iterator[Fault]:
    if after.start < before.end:
        yield _fault(after.path.name, after.start, before.end, "two segments have these bytes")
    if after.start > before.end:
        head = next(index_in(after.index).records(), None)
        if head is None or head.kind not in GAPS:
            yield _fault(
                after.path.name, before.end, after.start, "bytes are missing without a mark"
            )


def _fault(file: str, start: int, end: int, what: str) -> Fault:
    return Fault(start, end, file, what)
