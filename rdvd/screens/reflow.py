"""What a new size does to the lines: joined, split and pulled back as by tmux 3.3a."""

from .grid import Grid, Line
from .pens import DEFAULT
from .widths import columns_of


def resize_rows(grid: Grid, rows: int, y: int) -> int:
    """Give the grid so many rows; the cursor's line after it, below 0 if it is in the history."""
    if rows < grid.rows:
        return _fewer_rows(grid, rows, y)
    return _more_rows(grid, rows, y)


def _fewer_rows(grid: Grid, rows: int, y: int) -> int:
    """First what is below the cursor goes, then the top."""
    needed = grid.rows - rows
    below = min(grid.rows - 1 - y, needed)
    if below > 0:
        grid.delete_lines(grid.rows - below, grid.rows - 1, below, DEFAULT)
    needed -= below
    kept = grid.rows - below
    if grid.keeps_history:
        grid.history += grid.lines[:needed]
        grid.lines = grid.lines[needed:kept]
        grid.scrolled += needed
        y -= needed
    elif needed > 0 and y > 0:
        above = min(needed, y)
        grid.delete_lines(0, grid.rows - 1, above, DEFAULT)
        y -= above
    grid.lines = grid.lines[:rows]
    grid.rows = rows
    return y


def _more_rows(grid: Grid, rows: int, y: int) -> int:
    needed = rows - grid.rows
    back = min(grid.scrolled, needed) if grid.keeps_history else 0
    if back:
        grid.lines[:0] = grid.history[-back:]
        del grid.history[-back:]
        grid.scrolled -= back
    grid.lines += [Line() for _ in range(needed - back)]
    grid.rows = rows
    return y + back


def resize_columns(grid: Grid, x: int, y: int) -> tuple[int, int]:
    """Reflow all lines to the width that the grid has been given; the cursor's place after it."""
    lines = grid.history + grid.lines
    at, line = _unwrapped(lines, x, len(grid.history) + y)
    target = _Reflow(lines, grid.columns, grid.scrolled)
    lines = target.run()
    lines += [Line() for _ in range(grid.rows - len(lines))]
    above = len(lines) - grid.rows
    grid.history, grid.lines = lines[:above], lines[above:]
    grid.scrolled = min(target.scrolled, above)
    x, y = _wrapped(lines, at, line)
    return x, y - above


def _unwrapped(lines: list[Line], x: int, y: int) -> tuple[int | None, int]:
    """A place in terms of logical lines; None means behind the last character."""
    before = logical = 0
    for line in lines[:y]:
        if line.wrapped:
            before += line.used
        else:
            before, logical = 0, logical + 1
    return (None if x >= lines[y].used else before + x), logical


def _wrapped(lines: list[Line], at: int | None, logical: int) -> tuple[int, int]:
    y = passed = 0
    while y < len(lines) - 1 and passed != logical:
        passed += not lines[y].wrapped
        y += 1
    last = len(lines) - 1
    if at is None:
        while lines[y].wrapped and y < last:
            y += 1
        return lines[y].used, y
    while lines[y].wrapped and at >= lines[y].used and y < last:
        at -= lines[y].used
        y += 1
    return at, y


class _Reflow:
    """One pass over all lines. A line that has been used up is None."""

    def __init__(self, lines: list[Line], columns: int, scrolled: int) -> None:
        self.source: list[Line | None] = list(lines)
        self.target: list[Line] = []
        self.columns, self.scrolled = columns, scrolled

    def run(self) -> list[Line]:
        for y in range(len(self.source)):
            line = self.source[y]
            if line is None:
                continue
            width = _width(line)
            if width > self.columns:
                self._split(line, y)
            elif width < self.columns and line.wrapped:
                self._take(y)
                self._join(y, width)
            else:
                self._take(y)
        return self.target

    def _take(self, y: int) -> None:
        line = self.source[y]
        assert line is not None
        self.target.append(line)
        self.source[y] = None

    def _join(self, y: int, width: int) -> None:
        """Fill the last line of the target from those behind `y` that belong to it."""
        to = len(self.target) - 1
        into = self.target[to]
        at, consumed, taken, wrapped = into.used, 0, 0, True
        last: Line | None = None
        while y + 1 + consumed < len(self.source):
            source = self.source[y + 1 + consumed]
            assert source is not None, "only what is above has been used up"
            wrapped = wrapped and source.wrapped
            if source.used == 0:
                if not wrapped:
                    break
                consumed += 1
                continue
            if width + columns_of(source.char(0)) > self.columns:
                break
            last = source
            taken, width = self._fill(into, at, source, width)
            at += taken
            consumed += 1
            if not wrapped or taken != source.used or width == self.columns:
                break
        if consumed and last is not None:
            self._settle(into, to, y, consumed, last, taken, wrapped=wrapped)

    def _fill(self, into: Line, at: int, source: Line, width: int) -> tuple[int, int]:
        """As many cells as fit: how many, and how wide the line is then."""
        taken = 0
        while taken < source.used:
            cell = source.chars[taken]
            if width + columns_of(cell) > self.columns:
                break
            width += columns_of(cell)
            into.put(at + taken, cell, source.pens[taken], self.columns)
            taken += 1
        return taken, width

    def _settle(
        self, into: Line, to: int, y: int, consumed: int, last: Line, taken: int, *, wrapped: bool
    ) -> None:
        left = last.used - taken
        if left:
            last.chars = last.chars[taken : taken + left]
            last.pens = last.pens[taken : taken + left]
            last.used = left
            consumed -= 1
        elif not wrapped:
            into.wrapped = False
        for each in range(y + 1, y + 1 + consumed):
            self.source[each] = None
        if self.scrolled > to + consumed:
            self.scrolled -= consumed
        elif self.scrolled > to:
            self.scrolled = to

    def _split(self, line: Line, y: int) -> None:
        at = _fits(line, 0, self.columns)
        pieces, start = [at], at
        while start < line.used:
            count = max(1, _fits(line, start, self.columns))
            pieces.append(count)
            start += count
        rest, wrapped = line.copy(), line.wrapped
        start = at
        line.chars, line.pens = line.chars[:at], line.pens[:at]
        line.used, line.wrapped = at, True
        self._take(y)
        for count in pieces[1:]:
            piece = Line()
            for x in range(start, start + count):
                piece.put(x - start, rest.chars[x], rest.pens[x], self.columns)
            piece.wrapped = True
            self.target.append(piece)
            start += count
        self.target[-1].wrapped = wrapped
        if y <= self.scrolled:
            self.scrolled += len(pieces) - 1
        width = _width(self.target[-1])
        if width < self.columns and wrapped:
            self._join(y, width)


def _width(line: Line) -> int:
    if not line.is_odd and "".join(line.chars).isascii():
        return line.used
    return sum(columns_of(cell) for cell in line.chars[: line.used])


def _fits(line: Line, start: int, columns: int) -> int:
    """How many cells from `start` on fit in so many columns."""
    width = count = 0
    for cell in line.chars[start : line.used]:
        width += columns_of(cell)
        if width > columns:
            break
        count += 1
    return count
