"""The last lines of a log as a person would scroll back to them: whole, not cut where they wrapped.

What full-screen programs drew is not among them, as it is in no terminal's scrollback.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from attrs import frozen

from rdvd.bytelog import ByteLog

from .emulator import Emulator
from .frames import last_frame
from .grid import Line
from .rendering import ansi_of, text_of
from .replay import Replay, first_frame
from .sizes import Sizes

MOST_LINES = 20_000
MOST_BYTES = 64 * 1024 * 1024  # looked back at
BACK = 256 * 1024
LONGEST = 1_000  # lines on the screen that one line may have

Format = Literal["text", "ansi"]


@frozen
class Scrollback:
    lines: Sequence[str]
    is_whole: bool  # nothing older was left out


def render_lines(
    log: ByteLog, sizes: Sizes, frames: Path, lines: int, form: Format = "text"
) -> Scrollback:
    """The last `lines`, or fewer if the log has not so many; what is visible now counts."""
    wanted, end = max(1, min(lines, MOST_LINES)), log.end
    back = BACK
    while True:
        start = max(log.first, end - back)
        found = _logical(_physical(log, sizes, frames, start, end, wanted))
        if len(found) > wanted or start == log.first or back >= MOST_BYTES:
            break
        back *= 4
    render = text_of_lines if form == "text" else ansi_of
    rendered = [render(group) for group in found[-wanted:]]
    return Scrollback(rendered, start == log.first and len(found) <= wanted)


def text_of_lines(lines: Iterable[Line]) -> str:
    return "".join(text_of(line) for line in lines).rstrip(" ")


def _physical(
    log: ByteLog, sizes: Sizes, frames: Path, start: int, end: int, wanted: int
) -> list[Line]:
    """Lines of the screen and above it, with a history that is long enough."""
    frame = last_frame(frames, start, first=log.first)
    if frame is None:
        frame = first_frame(log, sizes)
    emulator = frame.emulator
    emulator.display.grid.limit = 2 * wanted + LONGEST
    replay = Replay(log, sizes, emulator, frame.offset, frame.string_since)
    replay.run(end)
    return _all_lines(replay.emulator)


def _all_lines(emulator: Emulator) -> list[Line]:
    display = emulator.display
    visible = display.grid.lines if display.saved is None else display.saved.lines
    last = max((y + 1 for y, line in enumerate(visible) if line.used), default=0)
    return [*display.grid.history, *visible[:last]]


def _logical(lines: Sequence[Line]) -> list[list[Line]]:
    return list(_groups(lines))


def _groups(lines: Iterable[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        group.append(line)
        if not line.wrapped or len(group) == LONGEST:
            yield group
            group = []
    if group:
        yield group
