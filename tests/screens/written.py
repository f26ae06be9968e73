"""Logs as the recorder writes them, without a recorder."""

from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

from rdvd.bytelog import ByteLog
from rdvd.recorder import Kind, Record, index_of, pack, segment_name
from rdvd.screens import Size, append_size

BEGUN = 1_700_000_000_000


def write_log(
    directory: Path,
    blocks: Iterable[tuple[int, bytes]],
    *,
    sizes: Iterable[tuple[int, int, int]] = ((0, 80, 24),),
    beginnings: Iterable[int] = (),
    first: int = 0,
    segment: int = 1 << 24,
) -> ByteLog:
    """Blocks of (milliseconds since it began, bytes); sizes of (offset, columns, rows)."""
    log = directory / "log"
    log.mkdir(parents=True)
    start = offset = first
    raw, index = bytearray(), bytearray()
    for at, data in blocks:
        end = offset + len(data)
        raw += data
        index += pack(Record(BEGUN + at, offset, end, crc32(data), Kind.BLOCK))
        offset = end
        if len(raw) >= segment:
            _write(log, start, raw, index)
            start, raw, index = offset, bytearray(), bytearray()
    _write(log, start, raw, index)
    for at, columns, rows in sizes:
        append_size(log, Size(at, BEGUN, columns, rows))
    for at in beginnings:
        append_size(log, Size(at, BEGUN, 80, 24, is_new=True))
    return ByteLog(directory)


def _write(log: Path, start: int, raw: bytes | bytearray, index: bytes | bytearray) -> None:
    name = segment_name(start)
    (log / name).write_bytes(raw)
    (log / index_of(name)).write_bytes(index)
