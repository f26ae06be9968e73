"""Our emulator. A count is KiB, in chunks of 64."""

from rdvd.screens import Emulator

from .screens_output import COLOURED_LINE, COLUMNS, PLAIN_LINE, ROWS, chunk_of
from .stopwatch import Stopwatch


def plain(count: int) -> float:
    return _feed(chunk_of(PLAIN_LINE), count // 64)


def coloured(count: int) -> float:
    return _feed(chunk_of(COLOURED_LINE), count // 64)


def _feed(chunk: bytes, times: int) -> float:
    emulator = Emulator(COLUMNS, ROWS)
    with Stopwatch() as stopwatch:
        for _ in range(times):
            emulator.feed(chunk)
    return stopwatch.seconds
