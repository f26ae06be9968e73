"""Our screen in the words of `capture-pane -e -p`, of which two are tmux's own slips."""

from collections.abc import Iterable

from rdvd.screens.display import Display
from rdvd.screens.emulator import Emulator
from rdvd.screens.grid import Line
from rdvd.screens.pens import CHARSET, PLAIN
from rdvd.screens.rendering import CODES, change, shown

from .pane import AFRESH, Shown

# tmux writes "overlined" (53) the way it writes a style of underline.
TMUX_CODES = tuple((bit, "5:3" if code == "53" else code) for bit, code in CODES)


def captured(lines: Iterable[Line]) -> str:
    """Line drawing is the letters between SO and SI; the pen goes on from line to line."""
    last, texts = PLAIN, list[str]()
    for line in lines:
        parts: list[str] = []
        for cell, pen in zip(line.chars[: line.used], line.pens, strict=False):
            if not cell:
                continue
            parts.append(change(last, pen, TMUX_CODES))
            if (last[0] ^ pen[0]) & CHARSET:
                parts.append("\x0e" if pen[0] & CHARSET else "\x0f")
            parts.append(cell)
            last = pen
        texts.append("".join(parts).rstrip(" ") + "\n")
    return "".join(texts)


def ours(display: Display) -> Shown:
    return Shown(
        captured(shown(line, display.columns) for line in display.grid.lines),
        display.x,
        display.y,
        display.shows_cursor,
        display.saved is not None,
    )


def emulator_afresh(columns: int, rows: int) -> Emulator:
    emulator = Emulator(columns, rows)
    emulator.feed(AFRESH)
    return emulator
