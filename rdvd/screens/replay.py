"""The screen at any moment of a log: the last keyframe before it, and what was printed since."""

from collections.abc import Iterator
from pathlib import Path

from attrs import define, frozen

from rdvd.bytelog import ByteLog

from .emulator import Emulator
from .frames import Frame, add_frame, last_frame
from .rendering import screen_of
from .sizes import Sizes
from .types import Screen, Size

HISTORY = 200  # lines kept above the screen: it can grow by so many and still be exact
CHUNK = 64 * 1024
PATIENCE = 5_000  # ms; then tmux gives up a string that does not end
MOMENT = 1_000  # ms; what came in less counts as one time

# A frame after so much work, each worth at most some 20 ms of replay.
FRAME_STEPS = 8_000
FRAME_BYTES = 192 * 1024


@frozen
class Piece:
    """Bytes that are fed at once: no change of size and no pause inside."""

    start: int
    end: int
    at: int


@define
class Replay:
    """An emulator on its way through a log."""

    log: ByteLog
    sizes: Sizes
    emulator: Emulator
    offset: int
    string_since: int = 0  # when the string that swallows everything began, or 0

    def run(self, end: int) -> None:
        """Go on to `end`, which must not be before where it is."""
        for piece in self.pieces(min(end, self.log.end)):
            self._feed(piece)
        self._resize(self.offset, end)

    def run_step(self, end: int) -> None:
        """The same, but no further than a keyframe's worth."""
        begun, steps = self.offset, self.emulator.steps
        for piece in self.pieces(min(end, self.log.end)):
            self._feed(piece)
            worked = self.emulator.steps - steps
            if worked >= FRAME_STEPS or self.offset - begun >= FRAME_BYTES:
                return

    def _feed(self, piece: Piece) -> None:
        if self.string_since and piece.at - self.string_since >= PATIENCE:
            self.emulator.give_up_string()
            self.string_since = 0
        self._resize(self.offset, piece.start)
        emulator = self.emulator
        for part in self.log.pieces(piece.start, piece.end):
            emulator.feed(part.data)
        self.offset = piece.end
        if not emulator.in_string:
            self.string_since = 0
        elif not self.string_since:
            self.string_since = piece.at

    def _resize(self, start: int, end: int) -> None:
        for size in self.sizes.between(start - 1, end):
            if size.is_new:
                self._begin_anew(size)
            elif (size.columns, size.rows) != (self.emulator.columns, self.emulator.rows):
                self.emulator.resize(size.columns, size.rows)

    def _begin_anew(self, size: Size) -> None:
        """Twice at one offset is fine: nothing came in between."""
        steps, limit = self.emulator.steps, self.emulator.display.grid.limit
        self.emulator, self.string_since = Emulator(size.columns, size.rows, limit), 0
        self.emulator.steps = steps

    def pieces(self, end: int, moment: int = MOMENT) -> Iterator[Piece]:
        """What there is up to `end`, cut at changes of size, pauses, gaps and after a chunk."""
        cuts = iter([*(size.offset for size in self.sizes.between(self.offset, end)), end])
        cut = next(cuts)
        for start, stop, at in self._spans(end, moment):
            while start < stop:
                while cut <= start:
                    cut = next(cuts, end)
                part = min(stop, cut, start + CHUNK)
                yield Piece(start, part, at)
                start = part

    def _spans(self, end: int, moment: int) -> Iterator[tuple[int, int, int]]:
        """Blocks put together while they are of one moment and of one chunk."""
        start, stop, at = self.offset, self.offset, 0
        for block in self.log.blocks(self.offset):
            if block.start >= end:
                break
            is_near = at <= block.at < at + moment and block.start == stop
            if not is_near or stop - start >= CHUNK:
                if stop > start:
                    yield start, stop, at
                start, at = max(block.start, self.offset), block.at
            stop = min(block.end, end)
        if end > start:  # the bytes of the last moment may not have a block yet
            yield start, end, at


def replay_to(log: ByteLog, sizes: Sizes, directory: Path, offset: int) -> Replay:
    """An emulator that has seen everything before `offset`."""
    offset = max(log.first, min(offset, log.end))
    frame = last_frame(directory, offset, first=log.first) or first_frame(log, sizes)
    replay = Replay(log, sizes, frame.emulator, frame.offset, frame.string_since)
    replay.run(offset)
    return replay


def first_frame(log: ByteLog, sizes: Sizes) -> Frame:
    size = sizes.at(log.first)
    return Frame(log.first, Emulator(size.columns, size.rows, HISTORY))


def screen_at(log: ByteLog, sizes: Sizes, directory: Path, offset: int) -> Screen:
    """What was to be seen when everything before `offset` had been printed.

    Under 50 ms where there are keyframes; else as long as it takes to replay what has none.
    """
    return screen_of(replay_to(log, sizes, directory, offset).emulator.display)


def build_frames(log: ByteLog, sizes: Sizes, directory: Path) -> Iterator[int]:
    """Add the keyframes that are missing; yields how many bytes each took. Stop it at any time."""
    end = log.end
    frame = last_frame(directory, end, first=log.first) or first_frame(log, sizes)
    replay = Replay(log, sizes, frame.emulator, frame.offset, frame.string_since)
    while True:
        begun = replay.offset
        replay.run_step(end)
        if replay.offset >= end or replay.offset == begun:
            return
        yield add_frame(directory, Frame(replay.offset, replay.emulator, replay.string_since))
