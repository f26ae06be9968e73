"""Records and file names as they are on the disk. Pure."""

import struct
from binascii import crc32

from .types import Kind, Record

_BODY = struct.Struct("<QQQII")  # time, start, end, crc of the bytes, kind
_CHECK = struct.Struct("<I")  # crc of all before it
RECORD_SIZE = _BODY.size + _CHECK.size
_DIGITS = 20  # of the largest offset there can be, so that names sort like numbers


class MalformedRecord(ValueError):
    """These bytes are no record: torn by a crash, or changed by somebody."""


def pack(record: Record) -> bytes:
    body = _BODY.pack(record.time_ms, record.start, record.end, record.crc, record.kind)
    return body + _CHECK.pack(crc32(body))


def unpack(raw: bytes) -> Record:
    if len(raw) != RECORD_SIZE:
        raise MalformedRecord(f"a record has {RECORD_SIZE} bytes, not {len(raw)}")
    body = raw[: _BODY.size]
    if _CHECK.unpack_from(raw, _BODY.size)[0] != crc32(body):
        raise MalformedRecord("a record does not match its checksum")
    time_ms, start, end, crc, kind = _BODY.unpack(body)
    if end < start or (kind == Kind.SEALED and crc):
        raise MalformedRecord("a record contradicts itself")
    return Record(time_ms, start, end, crc, kind)


def whole_records(raw: bytes) -> list[Record]:
    """Those before the first that is torn or does not follow on the one before it."""
    found: list[Record] = []
    for at in range(0, len(raw) - RECORD_SIZE + 1, RECORD_SIZE):
        try:
            record = unpack(raw[at : at + RECORD_SIZE])
        except MalformedRecord:
            break
        if found and not follows(found[-1], record):
            break
        found.append(record)
    return found


def follows(before: Record, record: Record) -> bool:
    """Whether one may stand behind the other in an index."""
    return record.start == before.end and record.time_ms >= before.time_ms


def segment_name(start: int) -> str:
    return f"{start:0{_DIGITS}d}.raw"


def index_of(segment: str) -> str:
    """The name of the index beside a segment."""
    return segment[:-4] + ".idx"


def start_of(name: str) -> int | None:
    """The offset at which a segment begins, or None if the file is no segment."""
    digits, dot, suffix = name.partition(".")
    is_one = dot and suffix == "raw" and len(digits) == _DIGITS and digits.isascii()
    return int(digits) if is_one and digits.isdigit() else None
