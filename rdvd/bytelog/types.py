"""What a byte log holds and what is told about it."""

from pathlib import Path

from attrs import frozen

HANDSHAKE = b"\x18\x1b\\\x1b[5n"  # what the wrapper of a command prints last of all


@frozen
class Grew:
    """More of a session is on file: `end` is the offset behind its last byte."""

    session: str
    end: int
    at: int  # milliseconds since the epoch


@frozen
class Unpiped:
    """Nobody writes into a session's FIFO any more: its `cat` has died, or tmux has."""

    session: str
    end: int
    at: int


@frozen
class Block:
    """Bytes that arrived together; `at` is when the last of them had come."""

    start: int
    end: int
    at: int
    crc: int


@frozen
class Gap:
    """Bytes that are not there. Where `start` is `end`, nobody knows how many there were."""

    start: int
    end: int
    why: str
    at: int | None  # when it was noticed, if that was written down


@frozen
class Piece:
    """A run of bytes that are there."""

    offset: int
    data: bytes

    @property
    def end(self) -> int:
        return self.offset + len(self.data)


@frozen
class Fault:
    """What is wrong with a log, and where."""

    start: int
    end: int
    file: str
    what: str


@frozen
class Match:
    """A line in which something was found, and those around it. Offsets are of the raw bytes."""

    offset: int  # of the line
    end: int  # of the line, without its line end
    at: int | None
    line: bytes
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]


@frozen
class RecorderFacts:
    """How the recorder is. What it has last said of itself; `pid` is None while there is none."""

    pid: int | None
    sessions: int = 0
    waiting_bytes: int = 0  # in FIFOs: not on file yet
    gaps: int = 0
    lost_bytes: int = 0
    kept_bytes: int = 0
    removed_segments: int = 0
    flush_failures: int = 0
    starts: int = 0
    free_bytes: int = 0
    trouble: str = ""


@frozen
class RecordingSettings:
    """How much is kept, where, and how soon it is safe from a power cut."""

    sessions: Path
    socket: Path
    lock: Path
    segment_bytes: int
    session_bytes: int
    total_bytes: int
    age_days: int
    flush_seconds: float
