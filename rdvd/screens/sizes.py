"""The terminal's size over time: the file `sizes` beside a session's log.

A text line per change, only ever appended: `OFFSET TIME COLUMNS ROWS`, time in milliseconds, and
` new` where another terminal begins. Sessions write it when they create and when they resize a
pane; a line cut off by a crash is passed over.
"""

import os
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

from rdvd.ground.private import open_private

from .types import Size

FILE = "sizes"
NEW = "new"
LARGEST = 10_000  # columns or rows: beyond, a line is no size
UNKNOWN = Size(0, 0, 80, 24)


class Sizes:
    """All sizes of a session, by offset."""

    def __init__(self, sizes: Iterable[Size] = ()) -> None:
        self._sizes = sorted(sizes, key=lambda size: size.offset) or [UNKNOWN]
        self._offsets = [size.offset for size in self._sizes]

    def at(self, offset: int) -> Size:
        """The one in force before the byte at `offset`; before the first there was the first."""
        return self._sizes[max(0, bisect_right(self._offsets, offset) - 1)]

    def between(self, start: int, end: int) -> Sequence[Size]:
        """Changes behind `start`, up to and with `end`."""
        return self._sizes[bisect_right(self._offsets, start) : bisect_right(self._offsets, end)]

    def beginnings(self) -> Sequence[int]:
        """The offsets where another terminal took the place of one before."""
        return [size.offset for size in self._sizes if size.is_new and size.offset]

    def known_at(self, time_ms: int) -> "Sizes":
        """Those of then and before: a later one may hold from the same byte on."""
        return Sizes([each for each in self._sizes if each.at <= time_ms] or self._sizes[:1])


def append_size(directory: Path, size: Size) -> None:
    """One line, in one write; the directory is the session's log."""
    words = [size.offset, size.at, size.columns, size.rows, *([NEW] if size.is_new else [])]
    line = " ".join(map(str, words)) + "\n"
    descriptor = open_private(directory / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read_sizes(directory: Path) -> Sizes:
    try:
        text = (directory / FILE).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return Sizes()
    whole = text[: text.rfind("\n") + 1]
    return Sizes(size for line in whole.splitlines() if (size := _size_of(line)) is not None)


def _size_of(line: str) -> Size | None:
    figures = line.removesuffix(f" {NEW}").split(" ")
    if len(figures) != 4 or not all(part.isdecimal() and len(part) < 20 for part in figures):
        return None
    offset, at, columns, rows = map(int, figures)
    if not (1 <= columns <= LARGEST and 1 <= rows <= LARGEST):
        return None
    return Size(offset, at, columns, rows, is_new=line.endswith(f" {NEW}"))
