"""All recordings of one data directory, and what is done with them as time passes."""

import os
import time
from collections.abc import Callable

from .clock import SteadyClock
from .flusher import Flusher
from .recording import Recording
from .retention import Kept, look, look_everywhere, remove, surplus
from .types import FIFO, LOG, MARKER, Kind, Limits

MOST_RETIRED = 64  # descriptors that wait for their flush
RETRY_MS = 250  # while a disk takes nothing
CLOCK_WAS_SET_MS = 3_600_000

Tell = Callable[[str, str, int, int], None]  # what happened, to which session, its end, the time


def mono_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class Shelf:
    """Knows time; knows nothing of sockets. `tell` is who is told of what happened."""

    def __init__(self, sessions: str, tell: Tell) -> None:
        self.sessions = sessions
        self.limits = Limits()
        self.recordings: dict[str, Recording] = {}
        self.flusher = Flusher()
        self.tell = tell
        self.removed_segments = 0
        self.kept_bytes = 0  # about: counted at the last look at all, and since
        self._clock = SteadyClock()
        self._unflushed: set[Recording] = set()
        self._retired: list[int] = []
        self._flush_at: int | None = None
        self._retry_at: int | None = None
        self._offset: int | None = None

    # -- time

    def now(self) -> int:
        return self._clock.at(time.time_ns() // 1_000_000, mono_ms())

    def next_due(self) -> int | None:
        """When something has to be done although nothing happens; None in an idle process."""
        dues = [each.due_at() for each in self._unflushed]
        flush_at = None if self.flusher.is_busy else self._flush_at
        times = [due for due in (*dues, flush_at, self._retry_at) if due is not None]
        return min(times, default=None)

    def pass_time(self) -> None:
        mono = mono_ms()
        for recording in [each for each in self._unflushed if _is_due(each, mono)]:
            self.cover(recording)
        if self._retry_at is not None and mono >= self._retry_at:
            self._retry_at = None
            for recording in [each for each in self.recordings.values() if each.failure]:
                recording.heal(self.now())
                self.pump(recording)
                self.cover(recording)
        if self._flush_at is not None and mono >= self._flush_at and not self.flusher.is_busy:
            self.flusher.start(self._take_unflushed())

    def set_limits(self, limits: Limits) -> None:
        self.limits = limits
        for recording in self.recordings.values():
            recording.log.segment_bytes = limits.segment_bytes

    # -- sessions

    def add(self, name: str) -> Recording:
        found = self.recordings.get(name)
        if found:
            return found
        directory = f"{self.sessions}/{name}"
        marker = f"{directory}/{MARKER}"
        os.close(os.open(marker, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        recording = Recording(name, directory, self.limits.segment_bytes)
        self._clock.not_before(recording.log.last_time)
        self.recordings[name] = recording
        return recording

    def find_marked(self) -> list[str]:
        """What whoever recorded before us has left to us."""
        return [
            name
            for name in os.listdir(self.sessions)
            if all(os.access(f"{self.sessions}/{name}/{each}", os.R_OK) for each in (MARKER, FIFO))
        ]

    def pump(self, recording: Recording) -> bool:
        """Take what is there for one turn; whether there may be more."""
        had_writer, before = recording.has_writer, recording.log.end
        more = recording.pump(self.now())
        moved = recording.log.end - before
        if moved:
            self.kept_bytes += moved
            self._must_flush(recording)
        due = recording.due_at()
        if due is not None and due <= mono_ms():
            self.cover(recording)
        if recording.failure and self._retry_at is None:
            self._retry_at = mono_ms() + RETRY_MS
        if had_writer and not recording.has_writer and not recording.is_leaving:
            self.cover(recording)
            self.tell("unpiped", recording.name, recording.log.end, recording.log.last_time)
        if recording.log.retired:
            self._retire(recording)
        return more

    def cover(self, recording: Recording) -> None:
        if recording.cover(self.now(), mono_ms()):
            self.tell("grew", recording.name, recording.log.end, recording.log.last_time)
        elif recording.failure and self._retry_at is None:
            self._retry_at = mono_ms() + RETRY_MS

    def finish(self, recording: Recording) -> int:
        """Seal the log and let the session go; the end of what is on file."""
        self.cover(recording)
        recording.finish(self.now())
        self._retire(recording)
        self._unflushed.discard(recording)
        del self.recordings[recording.name]
        recording.close()
        return recording.log.end

    # -- the disk

    def _must_flush(self, recording: Recording) -> None:
        self._unflushed.add(recording)
        self._schedule_flush()

    def _schedule_flush(self) -> None:
        if len(self._retired) >= MOST_RETIRED:
            self._flush_at = mono_ms()
        elif self._flush_at is None:
            self._flush_at = mono_ms() + int(self.limits.flush_seconds * 1_000)

    def _retire(self, recording: Recording) -> None:
        for segment in recording.log.retired:
            self._retired += [segment.data, segment.index]
        recording.log.retired.clear()
        self._schedule_flush()
        self._make_room(recording)

    def _take_unflushed(self) -> list[int]:
        descriptors, self._retired = self._retired, []
        for recording in self._unflushed:
            segment = recording.log.open
            if segment:
                descriptors += [os.dup(segment.data), os.dup(segment.index)]
        self._unflushed = {each for each in self._unflushed if each.log.uncovered}
        self._flush_at = None
        return descriptors

    def flush_now(self) -> None:
        self.flusher.flush_here(self._take_unflushed())

    def _make_room(self, recording: Recording) -> None:
        gone = surplus(look(f"{recording.directory}/{LOG}"), self.limits, None)
        self._remove([(s, k) for s, k in gone if k == Kind.OVER_SESSION_LIMIT])
        if self.kept_bytes > self.limits.total_bytes:
            self.sweep(by_age=False)

    def sweep(self, *, by_age: bool = True) -> None:
        """Look at every log there is. Nothing is too old just because the clock was set."""
        wall = time.time_ns() // 1_000_000
        offset, before = wall - mono_ms(), self._offset
        if by_age:
            self._offset = offset
        trusts = by_age and (before is None or abs(offset - before) < CLOCK_WAS_SET_MS)
        kept = look_everywhere(self.sessions)
        gone = surplus(kept, self.limits, wall if trusts else None)
        self.kept_bytes = sum(each.size for each in kept)
        self._remove(gone)

    def _remove(self, gone: list[tuple[Kept, int]]) -> None:
        for segment, kind in gone:
            remove(segment, kind, self.now())
            self.removed_segments += 1
            self.kept_bytes -= segment.size


def _is_due(recording: Recording, mono: int) -> bool:
    due = recording.due_at()
    return due is not None and due <= mono
