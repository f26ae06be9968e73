"""What control functions do to a screen: cursor, modes, scroll region, tab stops, the two grids.

Pure, and the meaning of every function is tmux 3.3a's, down to what it leaves undone.
"""

from attrs import define

from .grid import Grid, Line
from .pens import DEFAULT, PLAIN, Pen
from .reflow import resize_columns, resize_rows
from .widths import columns_of


@define
class Saved:
    """The normal screen while the alternate one is shown."""

    lines: list[Line]
    columns: int
    rows: int


@define
class Kept:
    """What DECSC keeps for DECRC."""

    pen: Pen = PLAIN
    charset: int = 0
    drawing: tuple[bool, bool] = (False, False)
    x: int = 0
    y: int = 0
    origin: bool = False


class Display:
    """A screen of so many columns and rows. Its cursor may stand behind the last column."""

    def __init__(self, columns: int, rows: int, history: int) -> None:
        self.grid = Grid(columns, rows, history)
        self.columns, self.rows = columns, rows
        self.x = self.y = 0
        self.top, self.bottom = 0, rows - 1
        self.pen = PLAIN
        self.wraps, self.inserts, self.origin, self.shows_cursor = True, False, False, True
        self.charset = 0  # 0: G0 is in use, 1: G1
        self.drawing = (False, False)  # which of the two holds line drawing characters
        self.kept = Kept()
        self.saved: Saved | None = None  # not None: this is the alternate screen
        self.before: tuple[int, int, Pen] | None = None  # cursor and pen at the last 1049
        self.tabs: set[int] = set()
        self.joins = False  # a zero width joiner waits for what it joins
        self.reset_tabs()

    # --- the cursor

    def reset_tabs(self) -> None:
        self.tabs = set(range(8, self.columns, 8))

    def move_to(self, x: int | None, y: int | None) -> None:
        """Positions from 0; None keeps. In origin mode lines count from the top of the region."""
        if y is not None and self.origin:
            y = self.bottom if y > self.bottom - self.top else y + self.top
        self.place(x, y)

    def place(self, x: int | None, y: int | None) -> None:
        if x is not None:
            self.x = min(x, self.columns - 1)
        if y is not None:
            self.y = min(y, self.rows - 1)

    def up(self, count: int) -> None:
        top = 0 if self.y < self.top else self.top
        self._step(self.x - (self.x == self.columns), self.y - min(count, self.y - top))

    def down(self, count: int) -> None:
        bottom = self.rows - 1 if self.y > self.bottom else self.bottom
        self._step(self.x - (self.x == self.columns), self.y + min(count, bottom - self.y))

    def right(self, count: int) -> None:
        # Behind the last column tmux's unsigned distance wraps round: any step is then taken.
        room = self.columns - 1 - self.x
        if room:
            self.x = min(self.x + count, self.columns - 1)

    def left(self, count: int) -> None:
        self._step(self.x - min(count, self.x), self.y)

    def backspace(self) -> None:
        if self.x > 0:
            self._step(self.x - 1, self.y)
        elif self.y > 0 and self.grid.lines[self.y - 1].wrapped:
            self.y -= 1
            self.x = self.columns - 1

    def _step(self, x: int, y: int) -> None:
        """A narrower screen may have left the cursor far outside; a step that is one ends that."""
        if (x, y) != (self.x, self.y):
            self.x, self.y = (x if x <= self.columns else self.columns - 1), y

    def tab(self) -> None:
        last = self.columns - 1
        while self.x < last:
            self.x += 1
            if self.x in self.tabs:
                return

    def back_tab(self, count: int) -> None:
        x = min(self.x, self.columns - 1)
        while x > 0 and count > 0:
            count -= 1
            x -= 1
            while x > 0 and x not in self.tabs:
                x -= 1
        self.x = x

    def set_tab(self) -> None:
        if self.x < self.columns:
            self.tabs.add(self.x)

    # --- lines

    def feed_line(self, background: int) -> None:
        if self.y == self.bottom:
            self.grid.scroll_up(self.top, self.bottom, background)
        elif self.y < self.rows - 1:
            self.y += 1

    def wrap(self) -> None:
        self.grid.lines[self.y].wrapped = True
        self.feed_line(DEFAULT)
        self.x = 0

    def reverse_feed(self) -> None:
        if self.y == self.top:
            self.grid.scroll_down(self.top, self.bottom, self.pen[2])
        elif self.y > 0:
            self.y -= 1

    def scroll_up(self, count: int) -> None:
        for _ in range(min(count, self.bottom - self.top + 1)):
            self.grid.scroll_up(self.top, self.bottom, self.pen[2])

    def scroll_down(self, count: int) -> None:
        for _ in range(min(count, self.bottom - self.top + 1)):
            self.grid.scroll_down(self.top, self.bottom, self.pen[2])

    def set_region(self, top: int, bottom: int) -> None:
        top, bottom = min(top, self.rows - 1), min(bottom, self.rows - 1)
        if top < bottom:
            self.x = self.y = 0
            self.top, self.bottom = top, bottom

    def insert_lines(self, count: int) -> None:
        if self.top <= self.y <= self.bottom:
            count = min(count, self.bottom + 1 - self.y)
            self.grid.insert_lines(self.y, self.bottom, count, self.pen[2])
        else:
            self.grid.insert_lines_outside(self.y, min(count, self.rows - self.y), self.pen[2])

    def delete_lines(self, count: int) -> None:
        bottom = self.bottom if self.top <= self.y <= self.bottom else self.rows - 1
        self.grid.delete_lines(self.y, bottom, min(count, bottom + 1 - self.y), self.pen[2])

    # --- cells

    def insert_cells(self, count: int) -> None:
        if self.x < self.columns:
            count = min(count, self.columns - self.x)
            self.grid.insert_cells(self.x, self.y, count, self.pen[2])

    def delete_cells(self, count: int) -> None:
        if self.x < self.columns:
            count = min(count, self.columns - self.x)
            self.grid.delete_cells(self.x, self.y, count, self.pen[2])

    def erase_cells(self, count: int) -> None:
        if self.x < self.columns:
            count = min(count, self.columns - self.x)
            self.grid.clear(self.x, self.y, count, self.pen[2])

    def erase_line(self) -> None:
        background = self.pen[2]
        if self.grid.lines[self.y].chars or background != DEFAULT:
            self.grid.clear_lines(self.y, 1, background)

    def erase_line_right(self) -> None:
        if self.x == 0:
            self.erase_line()
        elif self.x < self.columns:
            self.grid.clear(self.x, self.y, self.columns - self.x, self.pen[2])

    def erase_line_left(self) -> None:
        if self.x >= self.columns - 1:
            self.erase_line()
        else:
            self.grid.clear(0, self.y, self.x + 1, self.pen[2])

    def erase_below(self) -> None:
        grid, background = self.grid, self.pen[2]
        if self.x == 0 and self.y == 0 and grid.keeps_history:
            grid.clear_into_history(background)
            return
        grid.clear(self.x, self.y, self.columns - self.x, background)
        grid.clear_lines(self.y + 1, self.rows - self.y - 1, background)

    def erase_above(self) -> None:
        background = self.pen[2]
        self.grid.clear_lines(0, self.y, background)
        self.grid.clear(0, self.y, min(self.x + 1, self.columns), background)

    def erase_all(self) -> None:
        if self.grid.keeps_history:
            self.grid.clear_into_history(self.pen[2])
        else:
            self.grid.clear_lines(0, self.rows, self.pen[2])

    def align(self) -> None:
        """Fill the screen with E."""
        for line in self.grid.lines:
            line.write(0, "E" * self.columns, PLAIN, self.columns)
        self.x = self.y = 0
        self.top, self.bottom = 0, self.rows - 1

    # --- state as a whole

    def keep(self) -> None:
        self.kept = Kept(self.pen, self.charset, self.drawing, self.x, self.y, self.origin)

    def restore(self) -> None:
        kept = self.kept
        self.pen, self.charset, self.drawing = kept.pen, kept.charset, kept.drawing
        self.origin = kept.origin
        self.place(kept.x, kept.y)

    def forget_pen(self) -> None:
        """Pen, character sets and what was kept: as at the start."""
        self.pen, self.charset, self.drawing = PLAIN, 0, (False, False)
        self.kept = Kept(origin=self.kept.origin)

    def reset(self) -> None:
        self.forget_pen()
        self.reset_tabs()
        self.set_region(0, self.rows - 1)
        self.wraps, self.inserts, self.origin, self.shows_cursor = True, False, False, True
        self.erase_all()
        self.x = self.y = 0

    def enter_alternate(self, *, with_cursor: bool) -> None:
        if self.saved is not None:
            return
        self.saved = Saved([line.copy() for line in self.grid.lines], self.columns, self.rows)
        x, y, _ = self.before or (-1, -1, PLAIN)
        self.before = (self.x, self.y, self.pen) if with_cursor else (x, y, self.pen)
        self.grid.clear_lines(0, self.rows, DEFAULT)
        self.grid.keeps_history = False

    def leave_alternate(self, *, with_cursor: bool) -> None:
        columns, rows, saved = self.columns, self.rows, self.saved
        if saved is not None:
            self.resize(saved.columns, saved.rows, reflow=True)
        if with_cursor and self.before is not None and self.before[0] >= 0:
            self.x, self.y, self.pen = self.before
        if saved is not None:
            self.grid.lines = saved.lines
            self.grid.keeps_history = self.grid.limit > 0
            self.resize(columns, rows, reflow=True)
            self.saved = None
        self.place(self.x, self.y)

    def resize(self, columns: int, rows: int, *, reflow: bool) -> None:
        changes_columns = columns != self.columns
        if changes_columns:
            self.columns = self.grid.columns = columns
            self.reset_tabs()
        if rows != self.rows:
            self.y = resize_rows(self.grid, rows, self.y)
            self.rows, self.top, self.bottom = rows, 0, rows - 1
        if changes_columns and reflow:
            self.x, self.y = resize_columns(self.grid, self.x, self.y)
        if self.y < 0:
            self.x = self.y = 0

    def column_before(self) -> int | None:
        """Where the cell begins that a combining character joins."""
        line, x = self.grid.lines[self.y], self.x - 1
        while x >= 0 and line.char(x) == "":
            x -= 1
        return x if x >= 0 else None

    def is_wide(self, x: int) -> bool:
        return columns_of(self.grid.lines[self.y].char(x)) > 1
