"""Characters onto the screen: wrapping, wide and joined ones, line drawing, broken UTF-8."""

from .display import Display
from .grid import Line
from .pens import CHARSET, DEFAULT, PLAIN, Pen
from .widths import UNPRINTABLE, width_of

JOINER = "\u200d"
LARGEST_CELL = 21  # bytes, as UTF-8

LENGTHS = {
    **dict.fromkeys(range(0xC2, 0xE0), 2),
    **dict.fromkeys(range(0xE0, 0xF0), 3),
    **dict.fromkeys(range(0xF0, 0xF5), 4),
}


class Printer:
    """What puts characters on a display. `last` is the one that REP would repeat."""

    def __init__(self, display: Display) -> None:
        self.display = display
        self.last: str | None = None
        self.partial = b""  # the beginning of a UTF-8 character

    @property
    def is_simple(self) -> bool:
        """Whether a character just goes into the next cell."""
        display = self.display
        return display.wraps and not display.inserts and not display.drawing[display.charset]

    def print(self, text: str) -> None:
        """Printable ASCII."""
        display = self.display
        self.partial = b""
        self.last = text[-1]
        if display.drawing[display.charset]:
            attributes, fore, back, under = display.pen
            self._run(text, (attributes | CHARSET, fore, back, under), collected=False)
        else:
            self._run(text, display.pen, collected=display.wraps and not display.inserts)

    def print_high(self, text: str) -> None:
        """Bytes above 127, as Latin-1."""
        self.last = None
        data = text.encode("latin-1")
        if not self.partial:
            try:
                characters = data.decode()
            except UnicodeDecodeError:
                pass
            else:
                self._print_unicode(characters)
                return
        for byte in data:
            self._take_byte(byte)

    def end_partial(self) -> None:
        """A character that was begun will not be continued."""
        self.partial = b""

    def control(self, character: str) -> None:
        """A C0 control character."""
        display = self.display
        if character == "\x7f":
            return
        self.partial, self.last = b"", None
        if character == "\r":
            display.x = 0
        elif character in "\n\x0b\x0c":
            display.feed_line(display.pen[2])
        elif character == "\b":
            display.backspace()
        elif character == "\t":
            display.tab()
        elif character in "\x0e\x0f":
            display.charset = int(character == "\x0e")

    def repeat(self, count: int) -> None:
        display = self.display
        count = min(count, display.columns - display.x)
        if self.last is not None and count > 0:
            self.print(self.last * count)

    # --- UTF-8

    def _take_byte(self, byte: int) -> None:
        """Byte by byte, as tmux does: what is no character takes its bytes with it."""
        if not self.partial:
            self.partial = bytes([byte]) if byte in LENGTHS else b""
            return
        self.partial += bytes([byte])
        if len(self.partial) == LENGTHS[self.partial[0]]:
            data, self.partial = self.partial, b""
            try:
                self._print_unicode(data.decode())
            except UnicodeDecodeError:
                return

    def _print_unicode(self, text: str) -> None:
        display = self.display
        widths = {width_of(character) for character in text}
        if widths == {1} and not display.joins and display.wraps and not display.inserts:
            self._run(text, display.pen, collected=False)
            return
        for character in text:
            width = width_of(character)
            if character == JOINER:
                display.joins = True
            elif width != UNPRINTABLE:
                self._put(character, width, display.pen)

    # --- cells

    def _run(self, text: str, pen: Pen, *, collected: bool) -> None:
        """Characters of one column each. `collected`: tmux writes them as a run, not one by one."""
        display = self.display
        if not (display.wraps and not display.inserts) or (display.joins and not collected):
            for character in text:
                self._put(character, 1, pen)
            return
        columns = display.columns
        while text:
            if display.x >= columns:
                display.wrap()
            piece, text = text[: columns - display.x], text[columns - display.x :]
            line = display.grid.lines[display.y]
            if line.is_odd and not collected:
                for character in piece:
                    self._put(character, 1, pen)
            elif line.is_odd:
                self._write_over(line, piece, pen)
            else:
                line.write(display.x, piece, pen, columns)
                display.x += len(piece)

    def _write_over(self, line: Line, text: str, pen: Pen) -> None:
        """A run where wide characters may be: one that loses a half loses the other too."""
        display, x = self.display, self.display.x
        columns = display.columns
        if x:
            start = x
            while start > 0 and line.char(start) == "":
                line.put(start, " ", PLAIN, columns)
                start -= 1
            # The very first cell keeps its character: tmux does not look at it.
            if start > 0 and display.is_wide(start):
                line.put(start, " ", PLAIN, columns)
        line.write(x, text, pen, columns)
        display.x = x + len(text)
        self._clear_halves(line, display.x)

    def _clear_halves(self, line: Line, x: int) -> None:
        while x < self.display.columns and line.char(x) == "":
            line.put(x, " ", PLAIN, self.display.columns)
            x += 1

    def _put(self, character: str, width: int, pen: Pen) -> None:
        """One character, with everything that can be special about it."""
        display = self.display
        columns = display.columns
        if display.joins:
            self._combine(JOINER)
        if width == 0 or display.joins:
            display.joins = False
            self._combine(character)
            return
        if not display.wraps and width > 1 and display.x != columns and display.x > columns - width:
            return
        if display.inserts:
            display.grid.insert_cells(display.x, display.y, width, DEFAULT)
        if display.wraps and display.x > columns - width:
            display.wrap()
        if display.x <= columns - width:
            self._place(character, width, pen)

    def _place(self, character: str, width: int, pen: Pen) -> None:
        display = self.display
        line, x, columns = display.grid.lines[display.y], display.x, display.columns
        if line.is_odd:
            self._make_way(line, x, width)
        for half in range(x + 1, x + width):
            line.put(half, "", PLAIN, columns)
        # An unchanged cell is not written again, and one that does not exist yet counts as blank.
        is_nothing = (character, *pen[:3]) == (" ", *PLAIN[:3]) and x >= len(line.chars)
        if not is_nothing or display.inserts or width > 1:
            line.put(x, character, pen, columns)
        last = 0 if display.wraps else 1
        display.x = x + width if x <= columns - last - width else columns - last

    def _make_way(self, line: Line, x: int, width: int) -> None:
        """Blank the other halves of what is about to be overwritten."""
        columns = self.display.columns
        was_half, was_wide = line.char(x) == "", self.display.is_wide(x)
        if was_half:
            start = x
            while start > 0 and line.char(start) == "":
                line.put(start, " ", PLAIN, columns)
                start -= 1
            line.put(start, " ", PLAIN, columns)
        if width != 1 or was_wide or was_half:
            self._clear_halves(line, x + width)

    def _combine(self, character: str) -> None:
        """Join it to the cell before the cursor, if there is one with room for it."""
        display = self.display
        x = display.column_before()
        if x is None:
            return
        line = display.grid.lines[display.y]
        joined = line.char(x) + character
        if len(joined.encode()) <= LARGEST_CELL:
            pen = line.pens[x] if x < len(line.pens) else PLAIN
            line.put(x, joined, pen, display.columns)
