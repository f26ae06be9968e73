"""The log of one session: its segments, one behind the other, the last one open."""

import os

from .records import RECORD_SIZE, pack, start_of, whole_records
from .segment import Segment
from .types import REMOVED, Kind, Record


class Log:
    """Whatever it is asked to do fails as a whole with OSError and can be asked again, or is done.

    Bytes that had to be let go are counted in `lost` until the next segment can say so; only then
    do they count in `end`, so that a reader never sees an offset that nothing on the disk explains.
    """

    def __init__(self, directory: str, segment_bytes: int) -> None:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        self.directory = directory
        self.segment_bytes = segment_bytes
        self.retired: list[Segment] = []  # sealed; whoever flushes them closes them
        self.last_time = 0
        self.lost = 0
        self._lost_kind = Kind.DISK_FULL
        self._is_marked = False
        self._gap: Record | None = None  # belongs at the head of the next segment
        self.open: Segment | None = None
        self.end = self._reopen()

    def _reopen(self) -> int:
        """Go on where whoever recorded before us has stopped, however they did."""
        starts = [start_of(name) for name in os.listdir(self.directory)]
        last_start = max((start for start in starts if start is not None), default=None)
        if last_start is None:
            return self._end_of_removed()
        last = Segment(self.directory, last_start)
        self.last_time = last.last_time
        if last.end < last.covered:
            self._gap = Record(last.last_time, last.end, last.covered, 0, Kind.LOST_BY_CRASH)
        if last.is_sealed or self._gap:
            last.close()
            return max(last.end, last.covered)
        self.open = last
        self._repair(last)
        return last.end

    def _repair(self, last: Segment) -> None:
        """Bytes that a crash left without a record came at the latest when the file was written."""
        try:
            last.trim_index()
            if last.uncovered:
                self.cover(max(self.last_time, last.modified_ms))
        except OSError:
            pass  # a full disk: they are covered together with the bytes that come next

    def _end_of_removed(self) -> int:
        """Somebody has emptied the directory: no offset is ever given twice."""
        removed = read_records(f"{self.directory}/{REMOVED}")
        return max((record.end for record in removed), default=0)

    @property
    def uncovered(self) -> int:
        return self.open.uncovered if self.open else 0

    @property
    def size(self) -> int:
        return self.open.size if self.open else 0

    def take(self, fifo: int, most: int, time_ms: int) -> int:
        """As Segment.take; opens and seals segments as their size wants it."""
        segment = self._writable(time_ms)
        moved = segment.take(fifo, min(most, self.segment_bytes - (segment.end - segment.start)))
        self.end = segment.end
        return moved

    def cover(self, time_ms: int) -> bool:
        """Give all bytes their record."""
        if not self.open or not self.open.cover(max(time_ms, self.last_time)):
            return False
        self.last_time = self.open.last_time
        return True

    def mark(self, time_ms: int, kind: int) -> None:
        """Note here and now that bytes are missing whose number nobody knows."""
        segment = self._writable(time_ms)
        self.cover(time_ms)
        segment.note(Record(max(time_ms, self.last_time), self.end, self.end, 0, kind))
        self.last_time = segment.last_time

    def lose(self, count: int, time_ms: int, kind: int) -> None:
        """Count what is let go. A mark is tried before the first, in case we are killed next."""
        self._lost_kind = kind
        if not self._is_marked and self.open:
            try:
                self.cover(time_ms)
                self.open.note(Record(max(time_ms, self.last_time), self.end, self.end, 0, kind))
                self._is_marked = True
            except OSError:
                pass  # not even that has room: tried again with the next that is let go
        self.lost += count

    def seal(self, time_ms: int) -> None:
        """Complete the open segment, if there is one; the next byte begins another."""
        if self.open is None:
            return
        self.cover(time_ms)
        time_ms = max(time_ms, self.last_time)
        self.open.note(Record(time_ms, self.end, self.end, 0, Kind.SEALED))
        self.last_time = time_ms
        self.retired.append(self.open)
        self.open = None

    def heal(self, time_ms: int) -> None:
        """Write down what was lost, if anything was; fails while the disk still has no room."""
        if self.lost:
            self._writable(time_ms)

    def _writable(self, time_ms: int) -> Segment:
        if self.lost or (self.open and self.open.end - self.open.start >= self.segment_bytes):
            self.seal(time_ms)
        if self.open is None:
            self._begin(time_ms)
        assert self.open is not None
        return self.open

    def _begin(self, time_ms: int) -> None:
        gap = self._gap
        if self.lost:
            gap = Record(time_ms, self.end, self.end + self.lost, 0, self._lost_kind)
        segment = Segment(self.directory, gap.end if gap else self.end)
        try:
            if gap and not segment.last_time:
                segment.note(gap._replace(time_ms=max(gap.time_ms, self.last_time)))
        except OSError:
            segment.discard()  # by the next time more may be lost, and it would begin elsewhere
            raise
        self.open, self.end = segment, segment.end
        self._gap, self.lost, self._is_marked = None, 0, False
        self.last_time = max(self.last_time, segment.last_time)

    def close(self) -> None:
        if self.open:
            self.open.close()
            self.open = None


def read_records(path: str) -> list[Record]:
    try:
        with open(path, "rb") as file:
            return whole_records(file.read())
    except FileNotFoundError:
        return []


def append_record(path: str, record: Record) -> None:
    """Behind the last whole one, and on the disk when this returns."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        there = os.fstat(descriptor).st_size // RECORD_SIZE * RECORD_SIZE
        os.pwrite(descriptor, pack(record), there)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
