"""The files of one log as they are at the moment of looking, with their indexes."""

import os
from binascii import crc32
from collections.abc import Iterator
from pathlib import Path

from attrs import field, frozen

from rdvd.recorder import RECORD_SIZE, Kind, MalformedRecord, Record, index_of, start_of, unpack

PIECE = 256 * 1024


@frozen
class SegmentFile:
    """A segment that was there; it may have grown, or have been removed, since."""

    path: Path
    start: int
    size: int = field(eq=False)

    @property
    def end(self) -> int:
        return self.start + self.size

    @property
    def index(self) -> Path:
        return self.path.with_name(index_of(self.path.name))

    @property
    def changed_ms(self) -> int:
        """When its last byte was written; 0 if it is not there any more."""
        try:
            return self.path.stat().st_mtime_ns // 1_000_000
        except FileNotFoundError:
            return 0

    def read(self, offset: int, limit: int) -> bytes | None:
        """Fewer bytes at its end; None if the segment has been removed."""
        try:
            with self.path.open("rb", buffering=0) as file:
                return os.pread(file.fileno(), limit, offset - self.start)
        except FileNotFoundError:
            return None

    def crc(self, start: int, end: int) -> int | None:
        """None if not all of those bytes are there."""
        sum_, at = 0, start
        while at < end:
            piece = self.read(at, min(PIECE, end - at))
            if not piece:
                return None
            sum_, at = crc32(piece, sum_), at + len(piece)
        return sum_


def segments_of(log: Path) -> list[SegmentFile]:
    """In the order of their bytes."""
    found: list[SegmentFile] = []
    try:
        with os.scandir(log) as entries:
            for entry in entries:
                start = start_of(entry.name)
                if start is not None:
                    try:
                        size = entry.stat(follow_symlinks=False).st_size
                    except FileNotFoundError:
                        continue  # a limit has just removed it
                    found.append(SegmentFile(Path(entry.path), start, size))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=lambda each: each.start)


@frozen
class Index:
    """The records of one segment that can be read, by number; those that cannot are None.

    Only whole records are looked at: the last one may be half written at this moment.
    """

    raw: bytes = field(repr=False)

    def __len__(self) -> int:
        return len(self.raw) // RECORD_SIZE

    def at(self, number: int) -> Record | None:
        try:
            return unpack(self.raw[number * RECORD_SIZE : (number + 1) * RECORD_SIZE])
        except MalformedRecord:
            return None

    def number_behind(self, offset: int) -> int:
        """About the first record that ends behind `offset`; never a later one."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            record = self.at(middle)
            if record is None:
                return low  # from there on one by one
            low, high = (low, middle) if record.end > offset else (middle + 1, high)
        return low

    def records(self, first: int = 0) -> Iterator[Record]:
        """Those that can be read and do not run backwards, so that a damaged index does no harm."""
        time_ms = end = 0
        for number in range(first, len(self)):
            record = self.at(number)
            if record is not None and record.time_ms >= time_ms and record.start >= end:
                time_ms, end = record.time_ms, record.end
                yield record

    def blocks(self, first: int = 0) -> Iterator[Record]:
        return (record for record in self.records(first) if record.kind == Kind.BLOCK)


def index_in(path: Path) -> Index:
    """Empty if there is none: the bytes can be read without it."""
    try:
        return Index(path.read_bytes())
    except FileNotFoundError:
        return Index(b"")
