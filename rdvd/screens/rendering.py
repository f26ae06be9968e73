"""Lines of cells as text, plain or with SGR sequences."""

from collections.abc import Iterable

from .display import Display
from .grid import Line
from .pens import (
    BLINK,
    BRIGHT,
    CHARSET,
    DEFAULT,
    DIM,
    HIDDEN,
    ITALICS,
    NO_COLOUR,
    OF_256,
    OF_RGB,
    OVERLINE,
    PLAIN,
    REVERSE,
    STRIKE,
    UNDERLINE,
    UNDERLINE_2,
    UNDERLINE_3,
    UNDERLINE_4,
    UNDERLINE_5,
    Pen,
)
from .types import Screen

CODES = (
    (BRIGHT, "1"),
    (DIM, "2"),
    (ITALICS, "3"),
    (UNDERLINE, "4"),
    (BLINK, "5"),
    (REVERSE, "7"),
    (HIDDEN, "8"),
    (STRIKE, "9"),
    (UNDERLINE_2, "4:2"),
    (UNDERLINE_3, "4:3"),
    (UNDERLINE_4, "4:4"),
    (UNDERLINE_5, "4:5"),
    (OVERLINE, "53"),
)
DRAWINGS = str.maketrans(
    "+,-.0`abcdefghijklmnopqrstuvwxyz{|}~",
    "→←↑↓▮◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·",
)


def screen_of(display: Display) -> Screen:
    lines = [shown(line, display.columns) for line in display.grid.lines]
    return Screen(
        columns=display.columns,
        rows=display.rows,
        cursor_x=display.x,
        cursor_y=display.y,
        cursor_visible=display.shows_cursor,
        alternate=display.saved is not None,
        text=tuple(text_of(line).rstrip(" ") for line in lines),
        ansi=tuple(ansi_of([line]) for line in lines),
    )


def shown(line: Line, columns: int) -> Line:
    """What is left of it where a narrower screen, not reflowed, shows less than there is."""
    if line.used <= columns:
        return line
    clipped = line.copy()
    clipped.used = columns
    return clipped


def text_of(line: Line) -> str:
    """All that was written, with trailing spaces, line drawing as Unicode."""
    cells = line.chars[: line.used]
    if any(pen[0] & CHARSET for pen in set(line.pens)):
        cells = [
            cell.translate(DRAWINGS) if pen[0] & CHARSET else cell
            for cell, pen in zip(cells, line.pens, strict=False)
        ]
    return "".join(cells)


def ansi_of(lines: Iterable[Line]) -> str:
    """Lines that go on in each other, as one, which leaves nothing switched on."""
    parts: list[str] = []
    last = PLAIN
    for line in lines:
        for cell, pen in zip(line.chars[: line.used], line.pens, strict=False):
            if not cell:
                continue
            drawn = pen
            if pen[0] & CHARSET:
                cell, drawn = cell.translate(DRAWINGS), (pen[0] & ~CHARSET, *pen[1:])
            if drawn != last:
                parts.append(change(last, drawn))
                last = drawn
            parts.append(cell)
    text = "".join(parts)
    if last[2] == DEFAULT and not last[0] & (REVERSE | UNDERLINE | OVERLINE | STRIKE):
        text = text.rstrip(" ")
    return text if last == PLAIN else f"{text}\x1b[0m"


def change(last: Pen, pen: Pen, codes: Iterable[tuple[int, str]] = CODES) -> str:
    """The SGR sequences that lead from one pen to the other, as tmux writes them."""
    before, after = last[0], pen[0]
    removes = bool(before & ~after & ~CHARSET) or (last[3] != NO_COLOUR and pen[3] == NO_COLOUR)
    if removes:
        before &= CHARSET
    chosen = ["0"] if removes else []
    chosen += [code for bit, code in codes if after & bit and not before & bit]
    found = [";".join(chosen)] if chosen else []
    for new, old, base in ((pen[1], last[1], 30), (pen[2], last[2], 40), (pen[3], last[3], 50)):
        code = _colour(new, base)
        if code and (new != old or removes):
            found.append(code)
    return "".join(f"\x1b[{one}m" for one in found)


def _colour(colour: int, base: int) -> str:
    """`base` is 30 for the foreground, 40 for the background, 50 for the underline."""
    if colour & OF_256:
        return f"{base + 8};5;{colour & 0xFF}"
    if colour & OF_RGB:
        return f"{base + 8};2;{colour >> 16 & 0xFF};{colour >> 8 & 0xFF};{colour & 0xFF}"
    if base == 50:
        return ""
    if colour == DEFAULT:
        return str(base + 9)
    return str(colour + base if colour < DEFAULT else colour + base - 30)
