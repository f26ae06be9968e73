"""Lines of cells: what is visible, and above it the history. Positions are of the visible part.

The rules for what erasing and moving leave behind (which cells count as used, which line goes on in
the next) are tmux 3.3a's, since a rebuilt screen must equal the one that tmux shows.
"""

from collections.abc import Iterable

from .pens import PLAIN, Pen, cleared, is_default


class Line:
    """Cells from the left. A wide character is followed by an empty cell, its other half."""

    __slots__ = ("chars", "is_odd", "pens", "used", "wrapped")

    def __init__(self) -> None:
        self.chars: list[str] = []
        self.pens: list[Pen] = []  # as many as chars
        self.used = 0  # cells up to here were written; those behind were at most erased
        self.wrapped = False  # it goes on in the next line
        self.is_odd = False  # some cell may hold none, or more than one, code point

    def copy(self) -> "Line":
        twin = Line()
        twin.chars, twin.pens = self.chars.copy(), self.pens.copy()
        twin.used, twin.wrapped, twin.is_odd = self.used, self.wrapped, self.is_odd
        return twin

    def char(self, x: int) -> str:
        return self.chars[x] if x < len(self.chars) else " "

    def expand(self, size: int, columns: int, pen: Pen = PLAIN) -> None:
        """Make room for `size` cells, in steps of a quarter, a half and the whole width."""
        missing = size - len(self.chars)
        if missing <= 0:
            return
        if size < columns // 4:
            missing += columns // 4 - size
        elif size < columns // 2:
            missing += columns // 2 - size
        elif size < columns:
            missing += columns - size
        self.chars += " " * missing
        self.pens += [pen] * missing

    def write(self, x: int, text: str, pen: Pen, columns: int) -> None:
        """Each character of `text` into a cell of its own."""
        end = x + len(text)
        if end > len(self.chars):
            self.expand(end, columns)
        self.chars[x:end] = text
        self.pens[x:end] = [pen] * (end - x)
        self.used = max(self.used, end)

    def put(self, x: int, cell: str, pen: Pen, columns: int) -> None:
        """One cell, whatever it holds."""
        if x >= len(self.chars):
            self.expand(x + 1, columns)
        if len(cell) != 1:
            self.is_odd = True
        self.chars[x] = cell
        self.pens[x] = pen
        self.used = max(self.used, x + 1)

    def erase(self, start: int, end: int, pen: Pen) -> None:
        """Cells that exist become blank; what counts as used stays."""
        self.chars[start:end] = " " * (end - start)
        self.pens[start:end] = [pen] * (end - start)

    def move(self, target: int, start: int, count: int, columns: int, pen: Pen) -> None:
        """Cells to another place in the line; where they came from is erased."""
        if count == 0 or start == target:
            return
        self.expand(start + count, columns)
        self.expand(target + count, columns)
        chars, pens = self.chars[start : start + count], self.pens[start : start + count]
        if target > start:
            self.erase(start, min(start + count, target), pen)
        else:
            self.erase(max(start, target + count), start + count, pen)
        self.chars[target : target + count] = chars
        self.pens[target : target + count] = pens
        self.used = max(self.used, target + count)


def blank_line(columns: int, background: int) -> Line:
    line = Line()
    if not is_default(background):
        line.expand(columns, columns, cleared(background))
    return line


class Grid:
    """The visible lines and the history, which at its limit gives up its oldest tenth."""

    def __init__(self, columns: int, rows: int, limit: int) -> None:
        self.columns, self.rows, self.limit = columns, rows, limit
        self.keeps_history = limit > 0
        self.lines = [Line() for _ in range(rows)]
        self.history: list[Line] = []
        self.scrolled = 0  # so many lines of the history come back when the screen grows

    def unwrap_above(self, y: int) -> None:
        """Whatever the line above `y` was, it no longer goes on."""
        if y > 0:
            self.lines[y - 1].wrapped = False
        elif self.history:
            self.history[-1].wrapped = False

    def remember(self, line: Line) -> None:
        """One more line of history; first make room."""
        self.make_room()
        self.history.append(line)
        self.scrolled += 1

    def make_room(self) -> None:
        if self.history and len(self.history) >= self.limit:
            del self.history[: max(1, self.limit // 10)]
            self.scrolled = min(self.scrolled, len(self.history))

    def scroll_up(self, top: int, bottom: int, background: int) -> None:
        if self.keeps_history:
            self.remember(self.lines.pop(top))
            self.lines.insert(bottom, blank_line(self.columns, background))
        else:
            self.move_lines(top, top + 1, bottom - top, background)

    def scroll_down(self, top: int, bottom: int, background: int) -> None:
        self.move_lines(top + 1, top, bottom - top, background)

    def move_lines(self, target: int, start: int, count: int, background: int) -> None:
        if count == 0 or start == target:
            return
        self.unwrap_above(target)
        self.lines[target : target + count] = self.lines[start : start + count]
        for y in range(start, start + count):
            if not target <= y < target + count:
                self.lines[y] = blank_line(self.columns, background)
        if start < target or start >= target + count:
            self.unwrap_above(start)

    def clear_lines(self, y: int, count: int, background: int) -> None:
        if count == 0:
            return
        for each in range(y, y + count):
            self.lines[each] = blank_line(self.columns, background)
        self.unwrap_above(y)  # also for a negative count, which clears nothing: tmux does

    def clear(self, x: int, y: int, count: int, background: int) -> None:
        """Erase cells of one line."""
        if count <= 0:
            return
        if x == 0 and count == self.columns:
            self.clear_lines(y, 1, background)
            return
        line = self.lines[y]
        if is_default(background):
            known = min(self.columns, len(line.chars))
            if x > known:
                return
            count = min(count, known - x)
        line.expand(x + count, self.columns)
        line.erase(x, x + count, cleared(background))

    def clear_into_history(self, background: int) -> None:
        """Clear all; what was written goes to the history and does not come back by itself."""
        last = max((y + 1 for y, line in enumerate(self.lines) if line.used), default=0)
        if last == 0:
            self.clear_lines(0, self.rows, background)
            return
        for _ in range(last):
            self.remember(self.lines.pop(0))
            self.lines.append(blank_line(self.columns, background))
        self.clear_lines(0, self.rows - last, background)
        self.scrolled = 0

    def forget_history(self) -> None:
        self.history.clear()
        self.scrolled = 0

    def insert_lines(self, y: int, bottom: int, count: int, background: int) -> None:
        """At `y`, inside the scroll region, pushing those down to `bottom` downwards and out."""
        kept = bottom + 1 - y - count
        self.move_lines(bottom + 1 - kept, y, kept, background)
        self.clear_lines(y + kept, count - kept, background)

    def insert_lines_outside(self, y: int, count: int, background: int) -> None:
        """The same outside of the scroll region, where tmux leaves lines that it should clear."""
        self.move_lines(y + count, y, self.rows - y - count, background)

    def delete_lines(self, y: int, bottom: int, count: int, background: int) -> None:
        kept = bottom + 1 - y - count
        self.move_lines(y, y + count, kept, background)
        self.clear_lines(y + kept, count - kept, background)

    def insert_cells(self, x: int, y: int, count: int, background: int) -> None:
        if x >= self.columns - 1:
            self.clear(x, y, 1, background)
        else:
            rest = self.columns - x - count
            self.lines[y].move(x + count, x, rest, self.columns, cleared(background))

    def delete_cells(self, x: int, y: int, count: int, background: int) -> None:
        rest = self.columns - x - count
        self.lines[y].move(x, x + count, rest, self.columns, cleared(background))
        first = self.columns - count
        self.clear(first, y, x + count - first, background)


def scroll_in(grid: Grid, texts: list[str], pen: Pen) -> None:
    """Scroll texts in from below, as if each were written into the empty last line.

    The screen must keep history, and its scroll region be all of it. Lines that would be forgotten
    at once are not made.
    """
    pieces = list(_pieces(texts, grid.columns))
    length = _scroll_away(grid, len(pieces))
    first = max(0, len(pieces) - length - grid.rows)
    fresh = [_line_of(piece, pen, grid.columns) for piece in pieces[first:]]
    gone = [*grid.lines[:-1], *fresh]
    visible = len(gone) - grid.rows + 1
    grid.history += gone[:visible]
    del grid.history[: len(grid.history) - length]
    grid.lines = [*gone[visible:], grid.lines[-1]]


def _scroll_away(grid: Grid, count: int) -> int:
    """How long the history is after so many more lines; `scrolled` follows."""
    length = len(grid.history)
    while count > 0:
        if length and length >= grid.limit:
            length -= min(length, max(1, grid.limit // 10))
            grid.scrolled = min(grid.scrolled, length)
        step = max(1, min(count, grid.limit - length))
        length, count = length + step, count - step
        grid.scrolled += step
    return length


def _pieces(texts: list[str], columns: int) -> Iterable[tuple[str, bool]]:
    for text in texts:
        while len(text) > columns:
            yield text[:columns], True
            text = text[columns:]
        yield text, False


def _line_of(piece: tuple[str, bool], pen: Pen, columns: int) -> Line:
    line = Line()
    text, line.wrapped = piece
    if text:
        line.write(0, text, pen, columns)
    return line
