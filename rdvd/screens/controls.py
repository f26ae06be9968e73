"""The control and escape sequences that tmux 3.3a knows. All others do nothing.

Keys are the final byte, then what stood before it that was no parameter: `h?` is `CSI ? ... h`.
"""

from collections.abc import Callable, Sequence

from .display import Display
from .pens import Parameter, draw, number, parameters
from .printing import Printer

Function = Callable[[Printer, str], None]


def _with_parameters(act: Callable[[Printer, Sequence[Parameter]], None]) -> Function:
    """Nothing happens, and REP still knows its character, when the parameters are void."""

    def run(printer: Printer, text: str) -> None:
        found = parameters(text)
        if found is not None:
            act(printer, found)
            printer.last = None

    return run


def _counted(act: Callable[[Display, int], None]) -> Function:
    """A function with one number, by default and at least 1."""

    def run(printer: Printer, found: Sequence[Parameter]) -> None:
        count = number(found, 0, 1, 1)
        if count != -1:
            act(printer.display, count)

    return _with_parameters(run)


def _chosen(**acts: Callable[[Display], None]) -> Function:
    """A function whose first number, by default 0, chooses what to do: `_0=`, `_1=`, ..."""
    by_number = {int(name[1:]): act for name, act in acts.items()}

    def run(printer: Printer, found: Sequence[Parameter]) -> None:
        act = by_number.get(number(found, 0, 0, 0))
        if act is not None:
            act(printer.display)

    return _with_parameters(run)


def _simple(act: Callable[[Display], None]) -> Function:
    return _with_parameters(lambda printer, _: act(printer.display))


def _nothing(display: Display) -> None:
    """Known, but not seen: a query, a key mode, a window operation."""


def _move(printer: Printer, found: Sequence[Parameter]) -> None:
    row, column = number(found, 0, 1, 1), number(found, 1, 1, 1)
    if row != -1 and column != -1:
        printer.display.move_to(column - 1, row - 1)


def _region(printer: Printer, found: Sequence[Parameter]) -> None:
    top, bottom = number(found, 0, 1, 1), number(found, 1, 1, printer.display.rows)
    if top != -1 and bottom != -1:
        printer.display.set_region(top - 1, bottom - 1)


def _repeat(printer: Printer, found: Sequence[Parameter]) -> None:
    count = number(found, 0, 1, 1)
    if count != -1:
        printer.repeat(count)


def _style(printer: Printer, text: str) -> None:
    pen = draw(printer.display.pen, text)
    if pen is not None:
        printer.display.pen = pen
        printer.last = None


def _erase_screen(printer: Printer, found: Sequence[Parameter]) -> None:
    display = printer.display
    match number(found, 0, 0, 0):
        case 0:
            display.erase_below()
        case 1:
            display.erase_above()
        case 2:
            display.erase_all()
        case 3 if number(found, 1, 0, 0) == 0:
            display.grid.forget_history()
        case _:
            return


def _modes(switch: Callable[[Display, int], None]) -> Function:
    def run(printer: Printer, found: Sequence[Parameter]) -> None:
        for index in range(len(found)):
            switch(printer.display, number(found, index, 0, -1))

    return _with_parameters(run)


def _switch_insert(*, on: bool) -> Callable[[Display, int], None]:
    def switch(display: Display, mode: int) -> None:
        if mode == 4:
            display.inserts = on

    return switch


def _switch_private(*, on: bool) -> Callable[[Display, int], None]:
    def switch(display: Display, mode: int) -> None:
        match mode:
            case 3:
                display.move_to(0, 0)
                display.erase_all()
            case 6:
                display.origin = on
                display.move_to(0, 0)
            case 7:
                display.wraps = on
            case 25:
                display.shows_cursor = on
            case 47 | 1047 | 1049:
                turn = display.enter_alternate if on else display.leave_alternate
                turn(with_cursor=mode == 1049)
            case _:
                return

    return switch


def _next_line(display: Display, count: int) -> None:
    display.x = 0
    display.down(count)


def _previous_line(display: Display, count: int) -> None:
    display.x = 0
    display.up(count)


def _clear_tab(display: Display) -> None:
    display.tabs.discard(display.x)


def _line_feed(display: Display) -> None:
    display.feed_line(display.pen[2])


def _next(display: Display) -> None:
    display.x = 0
    display.feed_line(display.pen[2])


def _draws(which: int, *, lines: bool) -> Callable[[Display], None]:
    def designate(display: Display) -> None:
        first, second = display.drawing
        display.drawing = (lines, second) if which == 0 else (first, lines)

    return designate


_TO_COLUMN = _counted(lambda display, n: display.move_to(n - 1, None))
_TO = _with_parameters(_move)

CSI: dict[str, Function] = {
    "@": _counted(Display.insert_cells),
    "A": _counted(Display.up),
    "B": _counted(Display.down),
    "C": _counted(Display.right),
    "D": _counted(Display.left),
    "E": _counted(_next_line),
    "F": _counted(_previous_line),
    "G": _TO_COLUMN,
    "`": _TO_COLUMN,
    "H": _TO,
    "f": _TO,
    "J": _with_parameters(_erase_screen),
    "K": _chosen(_0=Display.erase_line_right, _1=Display.erase_line_left, _2=Display.erase_line),
    "L": _counted(Display.insert_lines),
    "M": _counted(Display.delete_lines),
    "P": _counted(Display.delete_cells),
    "S": _counted(Display.scroll_up),
    "T": _counted(Display.scroll_down),
    "X": _counted(Display.erase_cells),
    "Z": _counted(Display.back_tab),
    "b": _with_parameters(_repeat),
    "d": _counted(lambda display, n: display.move_to(None, n - 1)),
    "g": _chosen(_0=_clear_tab, _3=lambda display: display.tabs.clear()),
    "h": _modes(_switch_insert(on=True)),
    "l": _modes(_switch_insert(on=False)),
    "h?": _modes(_switch_private(on=True)),
    "l?": _modes(_switch_private(on=False)),
    "m": _style,
    "r": _with_parameters(_region),
    "s": _simple(Display.keep),
    "u": _simple(Display.restore),
    **dict.fromkeys(["c", "c>", "m>", "n", "n>", "q ", "q>", "t"], _simple(_nothing)),
}

ESCAPES: dict[str, Function] = {
    "(0": _simple(_draws(0, lines=True)),
    "(B": _simple(_draws(0, lines=False)),
    ")0": _simple(_draws(1, lines=True)),
    ")B": _simple(_draws(1, lines=False)),
    "7": _simple(Display.keep),
    "8": _simple(Display.restore),
    "#8": _simple(Display.align),
    "=": _simple(_nothing),
    ">": _simple(_nothing),
    "D": _simple(_line_feed),
    "E": _simple(_next),
    "H": _simple(Display.set_tab),
    "M": _simple(Display.reverse_feed),
    "\\": _simple(_nothing),
    "c": _simple(Display.reset),
}
