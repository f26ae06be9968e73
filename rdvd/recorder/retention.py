"""Which segments have to go, and their removal, marked before it is done."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from .log import append_record
from .records import index_of, segment_name, start_of
from .types import LOG, REMOVED, Kind, Limits, Record

SLACK = 4  # segments: so that not every new one asks for a look at all of them


class Kept(NamedTuple):
    """A segment on the disk."""

    directory: str  # of the log
    start: int
    end: int
    size: int  # with its index
    modified_ms: int
    is_last: bool  # of its log: never removed, for offsets go on behind it


def surplus(kept: Iterable[Kept], limits: Limits, now_ms: int | None) -> list[tuple[Kept, int]]:
    """What is too much, oldest first, and why. Without a time, nothing is too old. Pure."""
    left: list[Kept] = []
    gone: list[tuple[Kept, int]] = []
    for segments in _by_log(kept).values():
        total = sum(each.size for each in segments)
        for each in segments:
            is_old = now_ms is not None and now_ms - each.modified_ms > limits.age_seconds * 1_000
            if not each.is_last and (total > limits.session_bytes or is_old):
                too_many = total > limits.session_bytes
                gone.append((each, Kind.OVER_SESSION_LIMIT if too_many else Kind.TOO_OLD))
                total -= each.size
            else:
                left.append(each)
    return gone + _over_total(left, limits)


def _over_total(left: list[Kept], limits: Limits) -> list[tuple[Kept, int]]:
    total = sum(each.size for each in left)
    if total <= limits.total_bytes:
        return []
    aim, gone = max(0, limits.total_bytes - SLACK * limits.segment_bytes), list[tuple[Kept, int]]()
    for each in sorted(left, key=lambda one: (one.modified_ms, one.directory, one.start)):
        if total > aim and not each.is_last:
            gone.append((each, Kind.OVER_TOTAL_LIMIT))
            total -= each.size
    return gone


def _by_log(kept: Iterable[Kept]) -> dict[str, list[Kept]]:
    found: dict[str, list[Kept]] = {}
    for each in sorted(kept, key=lambda one: (one.directory, one.start)):
        found.setdefault(each.directory, []).append(each)
    return found


def look(log: str) -> list[Kept]:
    """The segments of one log; a file that vanishes meanwhile is no concern of ours."""
    found: list[tuple[int, os.stat_result, int]] = []
    try:
        names = os.listdir(log)
    except OSError:
        return []
    for name in names:
        start = start_of(name)
        if start is not None:
            try:
                file, index = os.stat(f"{log}/{name}"), os.stat(f"{log}/{index_of(name)}").st_size
            except OSError:
                continue
            found.append((start, file, index))
    last = max((start for start, _, _ in found), default=0)
    return [
        Kept(log, start, start + file.st_size, file.st_size + index, _ms(file), start == last)
        for start, file, index in found
    ]


def _ms(found: os.stat_result) -> int:
    return found.st_mtime_ns // 1_000_000


def look_everywhere(sessions: str) -> list[Kept]:
    return [each for name in os.listdir(sessions) for each in look(f"{sessions}/{name}/{LOG}")]


def remove(segment: Kept, kind: int, time_ms: int) -> None:
    """The mark first: a crash in between leaves bytes that are said to be gone, never the other.

    On a full disk it has to wait for the room that the removal makes.
    """
    mark = Record(time_ms, segment.start, segment.end, 0, kind)
    marks = f"{segment.directory}/{REMOVED}"
    try:
        append_record(marks, mark)
    except OSError:
        _unlink(segment)
        append_record(marks, mark)
    else:
        _unlink(segment)


def _unlink(segment: Kept) -> None:
    for name in (segment_name(segment.start), index_of(segment_name(segment.start))):
        try:
            os.unlink(f"{segment.directory}/{name}")
        except FileNotFoundError:
            pass
