"""A terminal whose screen, after any bytes, is the one that tmux shows.

Pure: bytes go in, nothing comes out but the screen. What it keeps is bounded by its size and its
history, whatever comes in: strings that are not shown are not kept, and parameters are limited.
"""

import re

from .controls import CSI, ESCAPES
from .display import Display
from .grammar import Grammar
from .grid import scroll_in
from .pens import DEFAULT, Pen, draw
from .printing import Printer

HISTORY = 500
MOST_DRAWINGS = 4_096

# Every alternative that needs a whole sequence is one that ends inside of the chunk; whatever else
# begins with ESC goes through the grammar, byte by byte, and may end in a later chunk.
TOKEN = re.compile(
    r"((?:[\x20-\x7e]*+\r\n){2,})"  # 1: several plain lines
    r"|([\x20-\x7e]+)"  # 2: text
    r"|\x1b\[([0-9;:]{0,63})m"  # 3: SGR
    r"|\x1b\[([<-?]?)([0-9;:]{0,63})([ -/]{0,2})([@-~])"  # 4-7: other CSI
    r"|([\x00-\x1a\x1c-\x1f\x7f])"  # 8: one control character
    r"|([\x80-\xff]+)"  # 9: UTF-8, or what claims to be
    r"|\x1b([=>78DEHMc]|[()][0B])"  # 10: a short escape sequence
    r"|(\x1b\][\x20-\xff]*+(?:\x07|\x1b\\))"  # 11: a whole OSC
    r"|(\x1b)"  # 12: the beginning of something else
)
LINES, TEXT, SGR, CSI_END, CONTROL, HIGH, ESCAPE, OSC = 1, 2, 3, 7, 8, 9, 10, 11


class Emulator:
    """`feed` takes output as it comes, cut anywhere; the screen is in `display`."""

    def __init__(self, columns: int, rows: int, history: int = HISTORY) -> None:
        self.display = Display(columns, rows, history)
        self.printer = Printer(self.display)
        self.grammar = Grammar(self.printer)
        self.steps = 0  # how much work it has been: one for each piece that was understood
        self._drawn: dict[tuple[Pen, str], Pen | None] = {}

    @property
    def columns(self) -> int:
        return self.display.columns

    @property
    def rows(self) -> int:
        return self.display.rows

    @property
    def in_string(self) -> bool:
        """Whether it swallows text until a terminator, which tmux does for five seconds at most."""
        return self.grammar.in_string

    def give_up_string(self) -> None:
        """What tmux does when no terminator came in five seconds."""
        self.grammar.reset()
        self.display.forget_pen()
        self.printer.last = None

    def resize(self, columns: int, rows: int) -> None:
        """As a pane is resized: the alternate screen is not reflowed."""
        display = self.display
        display.resize(columns, rows, reflow=display.saved is None)

    def feed(self, data: bytes) -> None:
        text = data.decode("latin-1")
        position = 0
        while position < len(text):
            if self.grammar.is_busy:
                position = self.grammar.run(text, position)
            else:
                position = self._feed_ground(text, position)

    def _feed_ground(self, text: str, position: int) -> int:
        """Everything up to the next sequence that is odd or incomplete; where that begins."""
        printer = self.printer
        for match in TOKEN.finditer(text, position):
            self.steps += 1
            kind = match.lastindex
            if kind == TEXT:
                printer.print(match[TEXT])
            elif kind == SGR:
                self._sgr(match[SGR])
            elif kind == CSI_END:
                self._csi(match)
            elif kind == CONTROL:
                printer.control(match[CONTROL])
            elif kind == LINES:
                self._lines(match[LINES])
            elif kind == HIGH:
                printer.last = None
                printer.print_high(match[HIGH])
            elif kind == ESCAPE:
                ESCAPES[match[ESCAPE]](printer, "")
            elif kind == OSC:
                printer.last = None
            else:
                self.grammar.begin()
                return match.end()
        return len(text)

    def _sgr(self, text: str) -> None:
        display = self.display
        key = (display.pen, text)
        if key not in self._drawn:
            if len(self._drawn) >= MOST_DRAWINGS:
                self._drawn.clear()
            self._drawn[key] = draw(display.pen, text)
        pen = self._drawn[key]
        if pen is not None:
            display.pen = pen
            self.printer.last = None

    def _csi(self, match: re.Match[str]) -> None:
        function = CSI.get(match[7] + match[4] + match[6])
        if function is not None:
            function(self.printer, match[5])

    def _lines(self, text: str) -> None:
        """Lines that only scroll the screen up need not all be drawn."""
        display, printer = self.display, self.printer
        lines = text.split("\r\n")
        lines.pop()
        for number, line in enumerate(lines):
            if self._only_scrolls():
                self.steps += (len(lines) - number) >> 4
                scroll_in(display.grid, lines[number:], display.pen)
                break
            if line:
                printer.print(line)
            display.x = 0
            display.feed_line(display.pen[2])
        printer.end_partial()
        printer.last = None

    def _only_scrolls(self) -> bool:
        display = self.display
        grid = display.grid
        return (
            display.x == 0
            and display.y == display.bottom == display.rows - 1
            and display.top == 0
            and grid.keeps_history
            and not grid.lines[-1].chars
            and display.pen[2] == DEFAULT
            and self.printer.is_simple
        )
