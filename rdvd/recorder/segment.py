"""One segment of a log: raw bytes in one file, and beside it the index of their times and sums.

The bytes go from the FIFO to the file inside the kernel: at no moment do they live only in our
memory, so that we may be killed at any moment.
"""

import errno
import os
from binascii import crc32

from .records import RECORD_SIZE, index_of, pack, segment_name, whole_records
from .types import Kind, Record

PIECE = 64 * 1024
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_NO_SPLICE = errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP  # this file system cannot


class Segment:
    """Written at its end only. `covered` is how far its records reach, `end` how far its bytes."""

    def __init__(self, directory: str, start: int) -> None:
        self._path = f"{directory}/{segment_name(start)}"
        self.start = start
        self.data = os.open(self._path, _FLAGS, 0o600)
        try:
            self.index = os.open(index_of(self._path), _FLAGS, 0o600)
        except OSError:
            self._take_away(self._path, self.data)
            raise
        self.end = start + os.lseek(self.data, 0, os.SEEK_END)
        self.modified_ms = os.fstat(self.data).st_mtime_ns // 1_000_000
        self._can_splice = True
        self._carried = b""
        self._recover()

    def _recover(self) -> None:
        """Go on behind the last whole record; what a crash has torn is written over."""
        records = whole_records(os.pread(self.index, os.fstat(self.index).st_size, 0))
        self._written = len(records) * RECORD_SIZE
        self.last_time = records[-1].time_ms if records else 0
        self.covered = max(records[-1].end, self.start) if records else self.start
        self.is_sealed = bool(records) and records[-1].kind == Kind.SEALED

    @property
    def uncovered(self) -> int:
        return self.end - self.covered

    @property
    def size(self) -> int:
        """On the disk, with the index."""
        return self.end - self.start + self._written

    def take(self, fifo: int, most: int) -> int:
        """Move what waits in the FIFO; 0 says that nobody has it open for writing."""
        if self._can_splice:
            try:
                moved = os.splice(fifo, self.data, most)
            except OSError as error:
                if error.errno not in _NO_SPLICE:
                    raise
                self._can_splice = False
                return self.take(fifo, most)
        else:
            moved = self._copy(fifo, most)
        self.end += moved
        return moved

    def _copy(self, fifo: int, most: int) -> int:
        """Without splice a kill in here loses what is carried: one piece of 4 KiB at most."""
        self._carried = self._carried or os.read(fifo, min(most, 4096))
        done = os.pwrite(self.data, self._carried, self.end - self.start)
        self._carried = self._carried[done:]
        return done

    def cover(self, time_ms: int) -> bool:
        """Write the record of the bytes that have none; whether there were any."""
        if not self.uncovered:
            return False
        sum_, at = 0, self.covered
        while at < self.end:
            piece = os.pread(self.data, min(PIECE, self.end - at), at - self.start)
            if not piece:
                raise OSError(errno.EIO, "a segment became shorter while it was written")
            sum_, at = crc32(piece, sum_), at + len(piece)
        self.note(Record(time_ms, self.covered, self.end, sum_))
        self.covered = self.end
        return True

    def note(self, record: Record) -> None:
        """At a fixed place: what the disk took only half of is written over the next time."""
        if os.pwrite(self.index, pack(record), self._written) != RECORD_SIZE:
            raise OSError(errno.ENOSPC, "the disk had room for a part of a record only")
        self._written += RECORD_SIZE
        self.last_time = record.time_ms

    def trim_index(self) -> None:
        """Take away what a crash or a full disk has left behind the last whole record."""
        os.ftruncate(self.index, self._written)

    def discard(self) -> None:
        """Leave nothing of what is empty, so that no reader wonders what was before it."""
        self._take_away(index_of(self._path), self.index)
        self._take_away(self._path, self.data)

    def _take_away(self, path: str, descriptor: int) -> None:
        """The file, if no byte and no record of this segment is on the disk."""
        is_empty = os.fstat(self.data).st_size == 0
        os.close(descriptor)
        if is_empty:
            os.unlink(path)

    def close(self) -> None:
        os.close(self.data)
        os.close(self.index)
