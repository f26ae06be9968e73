"""Scripted interaction: wait for a pattern, then answer it; by pexpect's engine, in a thread.

Nothing is typed but the reply of a step whose pattern was seen. The engine reads what the session
prints as a person would see it: without what only a terminal understands.
"""

import math
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Literal

import trio
from attrs import frozen
from pexpect import EOF, TIMEOUT
from pexpect.spawnbase import SpawnBase

from rdvd.bytelog import ByteLog
from rdvd.ground.errors import BadInput
from rdvd.identity import SessionId

from .commands import SEQUENCE
from .shop import Shop
from .stream import Silence, Stream, following

WINDOW = 4_096  # characters before the newest one that a pattern can reach back to
TAIL = 4_096
LONGEST_SEQUENCE = 256
SHOWN = 1_000
# Threads that wait for what a session prints, each for as long as a step may take. One for each
# request, so that they never take the place of those that work: they need these themselves.
ENGINES = trio.CapacityLimiter(math.inf)

How = Literal["matched", "timeout", "ended", "skipped"]
Reply = Callable[["Step"], Awaitable[None]]


@frozen
class Step:
    """A pattern, and what is typed once it was seen, if anything."""

    pattern: str
    reply: str | None = None
    enter: bool = True
    seconds: float = 30.0
    is_literal: bool = False


@frozen
class StepOutcome:
    """`before`: what came before the match, or instead of it."""

    how: How
    matched: str | None
    before: str
    seconds: float


async def expect(
    shop: Shop, id: SessionId, steps: Sequence[Step], reply: Reply
) -> list[StepOutcome]:
    """One step after the other; the first that fails ends it, and the others are skipped."""
    for step in steps:
        check_pattern(step)
    async with following(shop, id) as stream:
        stream.offset -= await trio.to_thread.run_sync(_open_line, shop, id, stream.offset)
        source = Source(stream)
        engine = Engine(source)
        outcomes: list[StepOutcome] = []
        for step in steps:
            if outcomes and outcomes[-1].how != "matched":
                outcomes.append(StepOutcome("skipped", None, "", 0))
                continue
            outcomes.append(await _take(engine, step))
            if outcomes[-1].how == "matched" and step.reply is not None:
                await reply(step)
    return outcomes


def check_pattern(step: Step) -> None:
    try:
        re.compile(step.pattern)
    except (re.error, OverflowError, RecursionError) as error:
        if not step.is_literal:
            raise BadInput(f"pattern {step.pattern[:80]!r}: {error}") from None


async def _take(engine: "Engine", step: Step) -> StepOutcome:
    began = trio.current_time()
    how = await trio.to_thread.run_sync(engine.wait_for, step, limiter=ENGINES)
    seconds = trio.current_time() - began
    return StepOutcome(how, engine.matched, engine.before_match, seconds)


class Source:
    """What a session prints, as text for the engine; asked from its thread."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._cleaner = Cleaner()

    async def more(self, seconds: float) -> str | None:
        """Some text; "" once nothing more will come; None if nothing came in time."""
        with trio.move_on_after(seconds):
            while True:
                try:
                    text = self._cleaner.feed(await self._stream.more())
                except Silence:
                    return ""
                if text:
                    return text
        return None


class Cleaner:
    """Takes out what only a terminal understands, also where it comes in pieces."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> str:
        text = SEQUENCE.sub(b"", self._held + data)
        escape = text.find(b"\x1b", max(0, len(text) - LONGEST_SEQUENCE))
        cut = len(text) if escape < 0 else escape
        cut = min(cut, _whole_characters(text))
        self._held = text[cut:]
        return text[:cut].decode("utf-8", "replace").replace("\r\n", "\n")


def _whole_characters(text: bytes) -> int:
    """Where the last character begins if it is not complete yet."""
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte >= 0xC0:
            needs = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(text) - back if needs > back else len(text)
        if byte < 0x80:
            break
    return len(text)


class Engine(SpawnBase):  # pyright: ignore[reportMissingTypeArgument]  # only in its stubs
    """pexpect over a source that is no file. Lives in a worker thread while it waits."""

    def __init__(self, source: Source) -> None:
        super().__init__(encoding="utf-8", searchwindowsize=WINDOW)
        self.delayafterread = None
        self._source = source

    def wait_for(self, step: Step) -> How:
        wait: Callable[..., int] = self.expect_exact if step.is_literal else self.expect
        index = wait([step.pattern, TIMEOUT, EOF], timeout=step.seconds)
        hows: tuple[How, ...] = ("matched", "timeout", "ended")
        return hows[index]

    def read_nonblocking(self, size: int = 1, timeout: float | None = None) -> str:  # noqa: ARG002 - pexpect's own signature
        text = trio.from_thread.run(partial(self._source.more, timeout or 0))
        if text is None:
            raise TIMEOUT("nothing came in time")
        if not text:
            raise EOF("the session has ended")
        return text

    @property
    def matched(self) -> str | None:
        return _text(getattr(self, "after", None))

    @property
    def before_match(self) -> str:
        return _text(getattr(self, "before", None)) or ""


def _text(found: object) -> str | None:
    """In pexpect the same places also hold exceptions, or nothing."""
    return found[-SHOWN:] if isinstance(found, str) else None


def _open_line(shop: Shop, id: SessionId, end: int) -> int:
    """How much of the newest line is there already: a prompt that waits has long been printed."""
    piece = ByteLog(shop.home(id).path).read(max(0, end - TAIL), TAIL)
    tail = piece.data[: max(0, end - piece.offset)]  # what was printed meanwhile lies behind it
    return len(tail) - (tail.rfind(b"\n") + 1)
