"""Reading what a session has printed, by offset. In worker threads."""

import re

from attrs import frozen

from rdvd.bytelog import ByteLog, Fault, Gap, LogProblem

MOST = 4 * 1024 * 1024
RANGE = re.compile(r"bytes=(?P<first>\d{0,18})-(?P<last>\d{0,18})")


@frozen
class Extract:
    """Bytes from `offset` on; `first` and `end` are the bounds of what is kept."""

    offset: int
    data: bytes
    first: int
    end: int


@frozen
class LogState:
    """The bounds of a log, what is missing in it, and what is not as it was written."""

    first: int
    end: int
    gaps: list[Gap]
    faults: list[Fault]


def extract(log: ByteLog, offset: int, limit: int) -> Extract:
    """At most so many; less if there is a gap, where the answer begins behind it or ends before."""
    first, end = log.first, log.end
    data, at = b"", None
    while offset < end and len(data) < limit:
        piece = log.read(offset, limit - len(data))
        if not piece.data or (at is not None and piece.offset != offset):
            break
        at = piece.offset if at is None else at
        data, offset = data + piece.data, piece.end
    return Extract(offset if at is None else at, data, first, max(end, offset))


def inspect(log: ByteLog) -> LogState:
    return LogState(log.first, log.end, log.gaps(), log.verify())


def parse_range(header: str, end: int) -> tuple[int, int]:
    """Offset and limit that a Range header asks for (RFC 9110, 14); one range only."""
    found = RANGE.fullmatch(header.strip())
    if found is None or not (found["first"] or found["last"]):
        raise LogProblem(f"Range: bytes=FIRST-LAST, not {header[:80]!r}")
    if not found["first"]:
        wanted = min(int(found["last"]), end)
        return end - wanted, max(1, min(wanted, MOST))
    first = int(found["first"])
    last = int(found["last"]) if found["last"] else first + MOST - 1
    if last < first or first >= max(end, 1):
        raise LogProblem(f"the log ends at {end}")
    return first, min(last - first + 1, MOST)
