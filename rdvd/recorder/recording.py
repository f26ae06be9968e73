"""One session that is being recorded: from its FIFO into its log, through full disks as well."""

import errno
import os
from array import array
from fcntl import ioctl
from termios import FIONREAD

from .log import Log
from .types import FIFO, LOG, MARKER, PIPE_PID, Kind

QUIET_MS = 16  # between two records while bytes keep coming
LARGEST_BLOCK = 64 * 1024
TURN = 256 * 1024  # bytes of one session before it is another one's turn
FIFO_BYTES = 64 * 1024
ALMOST_FULL = FIFO_BYTES * 3 // 8  # its pages may be half empty each
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Recording:
    """`failure` is the errno that keeps the disk from taking bytes; they wait in the FIFO then.

    Only when that is almost full some are let go, or tmux would have to hold all that come.
    """

    def __init__(self, name: str, directory: str, segment_bytes: int) -> None:
        self.name = name
        self.directory = directory
        self.fifo = os.open(
            f"{directory}/{FIFO}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
        )
        try:
            self.log = Log(f"{directory}/{LOG}", segment_bytes)
        except OSError:
            os.close(self.fifo)
            raise
        self.has_writer = False
        self.is_leaving = False
        self.failure = 0
        self.covered_at = 0  # monotone, milliseconds
        self.gaps = 0
        self.lost_bytes = 0

    def pump(self, time_ms: int) -> bool:
        """Move what waits, up to one turn; whether more may be waiting."""
        left = TURN
        while left > 0:
            try:
                moved = self.log.take(self.fifo, min(left, LARGEST_BLOCK), time_ms)
            except BlockingIOError:
                self.has_writer, self.failure = True, 0
                return False
            except OSError as error:
                self._refused(error, time_ms)
                return False
            self.failure = 0
            if not moved:
                self.has_writer = False
                return False
            left -= moved
        return True

    def _refused(self, error: OSError, time_ms: int) -> None:
        self.failure = error.errno or errno.EIO
        if self.waiting < ALMOST_FULL:
            return
        gone = os.read(self.fifo, FIFO_BYTES)
        kind = Kind.DISK_FULL if self.failure in NO_ROOM else Kind.DISK_ERROR
        self.gaps += not self.log.lost
        self.lost_bytes += len(gone)
        self.log.lose(len(gone), time_ms, kind)

    @property
    def waiting(self) -> int:
        """Bytes in the FIFO."""
        count = array("i", [0])
        ioctl(self.fifo, FIONREAD, count)
        return count[0]

    def due_at(self) -> int | None:
        """When, by the monotone clock, the next record has to be written; None while all is."""
        if self.failure or not self.log.uncovered:
            return None
        return 0 if self.log.uncovered >= LARGEST_BLOCK else self.covered_at + QUIET_MS

    def cover(self, time_ms: int, mono_ms: int) -> bool:
        try:
            done = self.log.cover(time_ms)
        except OSError as error:
            self.failure = error.errno or errno.EIO
            return False
        self.covered_at = mono_ms
        return done

    def heal(self, time_ms: int) -> None:
        """Try again what the disk refused."""
        try:
            self.log.heal(time_ms)
            self.log.cover(time_ms)
            self.failure = 0
        except OSError as error:
            self.failure = error.errno or errno.EIO

    def mark_gap(self, time_ms: int) -> None:
        self.log.mark(time_ms, Kind.UNPIPED)
        self.gaps += 1

    def pipe_pid(self) -> int | None:
        """The `cat` before the FIFO, as its shell has written it; None if there was none yet."""
        try:
            with open(f"{self.directory}/{PIPE_PID}", "rb") as file:
                return int(file.read(20) or b"0") or None
        except (OSError, ValueError):
            return None

    def pipe_sleeps(self) -> bool:
        """Whether `cat` waits, or is gone: then it holds nothing, if the FIFO is empty as well."""
        pid = self.pipe_pid()
        if pid is None:
            return False
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                state = file.read().rpartition(b")")[2].split()[0]
        except (OSError, IndexError):
            return True
        return state in b"SZX"

    def finish(self, time_ms: int) -> None:
        """Seal and forget. With a disk that is full the seal is missing, and nothing else."""
        try:
            self.log.heal(time_ms)
            self.log.seal(time_ms)
        except OSError as error:
            self.failure = error.errno or errno.EIO
        try:
            os.unlink(f"{self.directory}/{MARKER}")
        except FileNotFoundError:
            pass

    def close(self) -> None:
        os.close(self.fifo)
        self.log.close()
