"""A part of a log as an asciicast, version 2 or 3, that asciinema plays. Streamed, line by line."""

import codecs
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from attrs import field, frozen, validators

from rdvd.bytelog import ByteLog

from .display import Display
from .farewells import Farewells
from .rendering import ansi_of, shown
from .replay import Replay, replay_to
from .secrets import Redactor
from .sizes import Sizes

TERM = "tmux-256color"
RESET = "\x1bc"  # RIS: a terminal as it is when it is new
HELD_BACK = 4_096  # characters without a line end that may still turn out to be a secret
LONGEST_HELD = 2 * HELD_BACK
MOST_HELD = 16 * HELD_BACK  # a secret that is still not complete is let go, masked

Kind: TypeAlias = Literal["o", "r", "m", "x"]


@frozen
class CastOptions:
    """What to export, and how. Offsets are of the log; None is its beginning, or its end."""

    version: Literal[2, 3] = field(default=2, validator=validators.in_((2, 3)))
    start: int | None = None
    end: int | None = None
    longest_pause: float | None = None  # seconds; longer ones are cut to it
    title: str = ""
    exit_status: int | None = None  # known for a session that has ended; version 3 can say it


@frozen
class Event:
    at: int  # milliseconds since the epoch
    kind: Kind
    data: str


def export(
    log: ByteLog, sizes: Sizes, frames: Path, redactor: Redactor, options: CastOptions
) -> Iterator[str]:
    """The lines of the file, each with its line end. `frames` is where the keyframes are."""
    start = max(log.first, options.start or 0)
    end = log.end if options.end is None else min(options.end, log.end)
    replay = replay_to(log, sizes, frames, start)
    begun = log.time_at(start) or 0
    yield _line(_header(replay.emulator.display, begun, options))
    events = _masked(_events(log, sizes, replay, max(start, end), begun), redactor)
    last = begun
    clock = _Clock(begun, options)
    for event in events:
        last = event.at
        yield clock.line(event)
    if options.exit_status is not None and options.version == 3:
        yield clock.line(Event(last, "x", str(options.exit_status)))


class _Clock:
    """Times as the version wants them: since the start, or since the event before."""

    def __init__(self, begun: int, options: CastOptions) -> None:
        self._last, self._passed, self._told = begun, 0.0, 0.0
        self._version, self._longest = options.version, options.longest_pause

    def line(self, event: Event) -> str:
        pause = max(0, event.at - self._last) / 1_000
        self._last = max(self._last, event.at)
        self._passed += pause if self._longest is None else min(pause, self._longest)
        now = round(self._passed, 3)
        time = now if self._version == 2 else round(now - self._told, 3)
        self._told = now
        return _line([time, event.kind, event.data])


def _header(display: Display, begun: int, options: CastOptions) -> dict[str, object]:
    size: dict[str, object] = (
        {"width": display.columns, "height": display.rows, "env": {"TERM": TERM}}
        if options.version == 2
        else {"term": {"cols": display.columns, "rows": display.rows, "type": TERM}}
    )
    header = {"version": options.version, **size, "timestamp": begun // 1_000}
    if options.title:
        header["title"] = options.title
    return header


def _events(log: ByteLog, sizes: Sizes, replay: Replay, end: int, begun: int) -> Iterator[Event]:
    """What was on the screen already, then everything that came."""
    if replay.offset > log.first:
        yield Event(begun, "o", repaint(replay.emulator.display))
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    missing = {gap.end: gap for gap in log.gaps() if gap.start >= replay.offset}
    beginnings = frozenset(sizes.beginnings())
    farewells = Farewells(log, (*beginnings, log.end))
    at = begun
    for piece in replay.pieces(end, moment=1):
        at = max(at, piece.at)
        for size in sizes.between(piece.start - 1, piece.start):
            if piece.start > replay.offset:
                yield Event(at, "r", f"{size.columns}x{size.rows}")
        if (gap := missing.get(piece.start)) is not None:
            yield Event(at, "m", f"missing here: {gap.end - gap.start} bytes, {gap.why}")
        if piece.start > replay.offset and piece.start in beginnings:
            yield Event(at, "o", RESET)
        for part in log.pieces(piece.start, piece.end):
            if text := decoder.decode(farewells.cut_from(part)):
                yield Event(at, "o", text)
    if text := decoder.decode(b"", final=True):
        yield Event(at, "o", text)


def repaint(display: Display) -> str:
    """Output that makes an empty screen look like this one."""
    lines = (ansi_of([shown(line, display.columns)]) for line in display.grid.lines)
    painted = "\r\n".join(lines)
    switch = "\x1b[?1049h" if display.saved is not None else ""
    x, y = min(display.x, display.columns - 1), display.y
    cursor = f"\x1b[{y + 1};{x + 1}H\x1b[?25{'h' if display.shows_cursor else 'l'}"
    return f"{switch}\x1b[0m\x1b[H\x1b[2J{painted}{cursor}"


def _masked(events: Iterable[Event], redactor: Redactor) -> Iterator[Event]:
    """Secrets may lie across events: what may still become one is held back until its line ends."""
    held: list[Event] = []
    length = 0
    for event in events:
        held.append(event)
        length += len(event.data) if event.kind == "o" else 0
        ends = event.kind == "o" and "\n" in event.data
        if ends or length > LONGEST_HELD:
            done, held = _release(held, redactor, everything=False)
            length = sum(len(each.data) for each in held if each.kind == "o")
            yield from done
    yield from _release(held, redactor, everything=True)[0]


def _release(
    held: list[Event], redactor: Redactor, *, everything: bool
) -> tuple[list[Event], list[Event]]:
    """Mask all of them, then let go what is complete: up to a line end, or what is long enough."""
    whole = "".join(event.data for event in held if event.kind == "o")
    masked, certain = redactor.mask(whole)
    complete = len(whole)
    if not everything and len(whole) < MOST_HELD:
        complete = min(certain, max(whole.rfind("\n") + 1, len(whole) - HELD_BACK))
    position = 0
    done: list[Event] = []
    for index, event in enumerate(held):
        if event.kind != "o":
            done.append(event)
            continue
        end = position + len(event.data)
        if end > complete:
            if complete > position:
                done.append(Event(event.at, "o", masked[position:complete]))
            return done, _rest(
                held[index:], masked, whole, position, max(position, complete), certain
            )
        done.append(Event(event.at, "o", masked[position:end]))
        position = end
    return done, []


def _rest(
    held: list[Event], masked: str, whole: str, position: int, start: int, certain: int
) -> list[Event]:
    """From `start` on: masked where that is certain, as it came where a secret may still grow."""
    text = masked[:certain] + whole[certain:]
    rest: list[Event] = []
    for event in held:
        if event.kind == "o":
            end = position + len(event.data)
            rest.append(Event(event.at, "o", text[max(start, position) : end]))
            position = end
        else:
            rest.append(event)
    return rest


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
