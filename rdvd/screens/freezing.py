"""An emulator as bytes, and back: what a keyframe holds. The same bytes go on the same way."""

import zlib
from itertools import groupby

import msgspec

from .display import Display, Kept, Saved
from .emulator import Emulator
from .grid import Line
from .pens import Pen

FORMAT = 1
HARDNESS = 1  # of compression: the fastest


class BadFrame(Exception):
    """These bytes are no frozen emulator, or one of another format."""


class FrozenLine(msgspec.Struct, array_like=True, frozen=True):
    """Cells as one text if each has one character; pens as pairs of number and count."""

    cells: str | list[str]
    pens: list[int]
    used: int
    wrapped: bool


class FrozenKept(msgspec.Struct, array_like=True, frozen=True):
    pen: Pen
    charset: int
    drawing: tuple[bool, bool]
    x: int
    y: int
    origin: bool


class FrozenSaved(msgspec.Struct, array_like=True, frozen=True):
    lines: list[FrozenLine]
    columns: int
    rows: int


class FrozenParser(msgspec.Struct, array_like=True, frozen=True):
    state: str
    intermediates: str
    parameters: str
    is_void: bool
    partial: bytes
    last: str | None
    joins: bool


class Frozen(msgspec.Struct, array_like=True, frozen=True):
    format: int
    size: tuple[int, int, int]  # columns, rows, limit of the history
    cursor: tuple[int, int]
    region: tuple[int, int]
    modes: tuple[bool, bool, bool, bool]  # wraps, inserts, origin, shows cursor
    pen: Pen
    charset: int
    drawing: tuple[bool, bool]
    kept: FrozenKept
    before: tuple[int, int, Pen] | None
    tabs: list[int]
    scrolled: int
    pens: list[Pen]
    lines: list[FrozenLine]
    history: list[FrozenLine]
    saved: FrozenSaved | None
    parser: FrozenParser


ENCODER = msgspec.msgpack.Encoder()
DECODER = msgspec.msgpack.Decoder(Frozen)


def freeze(emulator: Emulator) -> bytes:
    display, pens = emulator.display, dict[Pen, int]()
    grid, saved, kept = display.grid, display.saved, display.kept
    lines = [_freeze_line(line, pens) for line in grid.lines]
    history = [_freeze_line(line, pens) for line in grid.history]
    frozen_saved = saved and FrozenSaved(
        [_freeze_line(line, pens) for line in saved.lines], saved.columns, saved.rows
    )
    frozen = Frozen(
        format=FORMAT,
        size=(display.columns, display.rows, grid.limit),
        cursor=(display.x, display.y),
        region=(display.top, display.bottom),
        modes=(display.wraps, display.inserts, display.origin, display.shows_cursor),
        pen=display.pen,
        charset=display.charset,
        drawing=display.drawing,
        kept=FrozenKept(kept.pen, kept.charset, kept.drawing, kept.x, kept.y, kept.origin),
        before=display.before,
        tabs=sorted(display.tabs),
        scrolled=grid.scrolled,
        pens=list(pens),
        lines=lines,
        history=history,
        saved=frozen_saved,
        parser=_freeze_parser(emulator),
    )
    return zlib.compress(ENCODER.encode(frozen), HARDNESS)


def thaw(data: bytes) -> Emulator:
    try:
        frozen = DECODER.decode(zlib.decompress(data))
    except (zlib.error, msgspec.DecodeError) as error:
        raise BadFrame(str(error)) from error
    if frozen.format != FORMAT:
        raise BadFrame(f"format {frozen.format}, and not {FORMAT}")
    emulator = Emulator(*frozen.size)
    _thaw_display(emulator.display, frozen)
    _thaw_grids(emulator.display, frozen)
    _thaw_parser(emulator, frozen.parser)
    return emulator


def _freeze_line(line: Line, pens: dict[Pen, int]) -> FrozenLine:
    cells = line.chars if line.is_odd else "".join(line.chars)
    runs: list[int] = []
    for pen, group in groupby(line.pens):
        runs += (pens.setdefault(pen, len(pens)), sum(1 for _ in group))
    return FrozenLine(cells, runs, line.used, line.wrapped)


def _thaw_line(frozen: FrozenLine, pens: list[Pen]) -> Line:
    line = Line()
    line.chars, line.is_odd = list(frozen.cells), isinstance(frozen.cells, list)
    for which, count in zip(frozen.pens[::2], frozen.pens[1::2], strict=True):
        line.pens += [pens[which]] * count
    line.used, line.wrapped = frozen.used, frozen.wrapped
    return line


def _thaw_display(display: Display, frozen: Frozen) -> None:
    kept = frozen.kept
    display.x, display.y = frozen.cursor
    display.top, display.bottom = frozen.region
    display.wraps, display.inserts, display.origin, display.shows_cursor = frozen.modes
    display.pen, display.charset, display.drawing = frozen.pen, frozen.charset, frozen.drawing
    display.kept = Kept(kept.pen, kept.charset, kept.drawing, kept.x, kept.y, kept.origin)
    display.before, display.tabs = frozen.before, set(frozen.tabs)


def _thaw_grids(display: Display, frozen: Frozen) -> None:
    grid, pens, saved = display.grid, frozen.pens, frozen.saved
    grid.lines = [_thaw_line(line, pens) for line in frozen.lines]
    grid.history = [_thaw_line(line, pens) for line in frozen.history]
    grid.scrolled = frozen.scrolled
    if saved is not None:
        lines = [_thaw_line(line, pens) for line in saved.lines]
        display.saved = Saved(lines, saved.columns, saved.rows)
        grid.keeps_history = False


def _freeze_parser(emulator: Emulator) -> FrozenParser:
    grammar, printer = emulator.grammar, emulator.printer
    return FrozenParser(
        grammar.state,
        grammar.intermediates,
        grammar.parameters,
        grammar.is_void,
        printer.partial,
        printer.last,
        emulator.display.joins,
    )


def _thaw_parser(emulator: Emulator, frozen: FrozenParser) -> None:
    grammar, printer = emulator.grammar, emulator.printer
    grammar.state, grammar.intermediates = frozen.state, frozen.intermediates
    grammar.parameters, grammar.is_void = frozen.parameters, frozen.is_void
    printer.partial, printer.last = frozen.partial, frozen.last
    emulator.display.joins = frozen.joins
