"""What is on the disk, and how much of it may be. No attrs: the recorder is kept small."""

from typing import Final, NamedTuple

PROTOCOL: Final = 2  # of the control socket; a daemon replaces a recorder that speaks another one
TAKEN: Final = 75  # EX_TEMPFAIL: the exit code when another recorder has the place

# In `sessions/<id>/`:
MARKER: Final = "recording"  # there is something to record
FIFO: Final = "pane"  # what the pane prints comes through here
PIPE_PID: Final = "pipe"  # the pid of the `cat` between tmux and the FIFO
LOG: Final = "log"  # the directory of segments and their indexes
REMOVED: Final = "removed"  # in there: one record for every segment that a limit has removed


class Kind:
    """What a record tells. An open list: a reader must get by with numbers it does not know."""

    BLOCK: Final = 1  # bytes that are there, with their checksum
    DISK_FULL: Final = 2  # bytes that the disk had no room for
    DISK_ERROR: Final = 3  # bytes that the disk refused for another reason
    UNPIPED: Final = 4  # nobody knows how many bytes: the pipe from tmux was broken
    LOST_BY_CRASH: Final = 5  # bytes that were indexed, and gone after the machine fell
    SEALED: Final = 6  # the segment is complete and will not change
    OVER_SESSION_LIMIT: Final = 7  # the segment was removed: the session had too many bytes
    OVER_TOTAL_LIMIT: Final = 8  # ... all sessions together had
    TOO_OLD: Final = 9  # ... it had reached its age


GAPS: Final = {
    Kind.DISK_FULL: "disk full",
    Kind.DISK_ERROR: "disk error",
    Kind.UNPIPED: "pipe broken",
    Kind.LOST_BY_CRASH: "lost in a crash",
    Kind.OVER_SESSION_LIMIT: "over the limit of the session",
    Kind.OVER_TOTAL_LIMIT: "over the limit of all sessions",
    Kind.TOO_OLD: "too old",
}


class Record(NamedTuple):
    """One line of an index. Offsets count every byte the pane ever printed, from 0."""

    time_ms: int  # never less than that of the record before
    start: int
    end: int
    crc: int  # crc32 of the bytes of a BLOCK, else 0
    kind: int = Kind.BLOCK


class Limits(NamedTuple):
    """How much is kept, and how soon it is safe from a power cut."""

    segment_bytes: int = 8 << 20
    session_bytes: int = 256 << 20
    total_bytes: int = 8 << 30
    age_seconds: int = 90 * 86_400
    flush_seconds: float = 5.0
