"""Scripted interaction: wait for a pattern, then answer it; by pexpect's engine, in a process.

Nothing is typed but the reply of a step whose pattern was seen. The engine reads what the session
prints as a person would see it: without what only a terminal understands.
"""

import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Literal

import trio
from attrs import frozen

from rdvd.bytelog import ByteLog
from rdvd.ground import json
from rdvd.ground.errors import BadInput, Limited, Problem
from rdvd.identity import SessionId

from .commands import SEQUENCE
from .shop import Shop
from .stream import Silence, Stream, following

PROGRAM = Path(__file__).with_name("expect_program.py")
TAIL = 4_096
LONGEST_SEQUENCE = 256
MOST_AT_ONCE = 64
SCRIPTS = trio.CapacityLimiter(MOST_AT_ONCE)
PATIENCE = 1.0  # with a pattern that the engine does not come to the end of in the time it has

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


@frozen
class Found:
    """What the engine says of one step."""

    how: How
    matched: str | None = None
    before: str = ""


async def expect(
    shop: Shop, id: SessionId, steps: Sequence[Step], reply: Reply
) -> list[StepOutcome]:
    """One step after the other; the first that fails ends it, and the others are skipped."""
    for step in steps:
        check_pattern(step)
    outcomes: list[StepOutcome] = []
    async with _place(), following(shop, id) as stream:
        stream.offset -= await trio.to_thread.run_sync(_open_line, shop, id, stream.offset)
        async with _engine(stream) as engine:
            for step in steps:
                outcomes.append(await engine.take(step))
                if outcomes[-1].how != "matched":
                    break
                if step.reply is not None:
                    await reply(step)
    skipped = len(steps) - len(outcomes)
    return outcomes + [StepOutcome("skipped", None, "", 0)] * skipped


def check_pattern(step: Step) -> None:
    try:
        re.compile(step.pattern)
    except (re.error, OverflowError, RecursionError) as error:
        if not step.is_literal:
            raise BadInput(f"pattern {step.pattern[:80]!r}: {error}") from None


@asynccontextmanager
async def _place() -> AsyncGenerator[None]:
    """Scripts wait for long, so that who comes too much is refused and does not wait for them."""
    try:
        SCRIPTS.acquire_on_behalf_of_nowait(place := object())
    except trio.WouldBlock:
        detail = f"{MOST_AT_ONCE} scripts wait for sessions already"
        raise Limited(detail, retry_after=10) from None
    try:
        yield
    finally:
        SCRIPTS.release_on_behalf_of(place)


@asynccontextmanager
async def _engine(stream: Stream) -> AsyncGenerator["Engine"]:
    """A process that looks for patterns, ended with the block."""
    screen, ours = os.pipe()
    run = partial(
        trio.run_process, [sys.executable, "-I", str(PROGRAM), str(screen)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[screen], check=False,
        deliver_cancel=_kill,
    )  # fmt: skip
    async with trio.lowlevel.FdStream(ours) as printing, trio.open_nursery() as nursery:
        try:
            process: trio.Process = await nursery.start(run)
        finally:
            os.close(screen)
        nursery.start_soon(_print, stream, printing)
        yield Engine(process)
        nursery.cancel_scope.cancel()


async def _kill(process: trio.Process) -> None:
    process.kill()  # it holds nothing that it could lose


async def _print(stream: Stream, screen: trio.lowlevel.FdStream) -> None:
    cleaner = Cleaner()
    with suppress(Silence, trio.BrokenResourceError):
        while True:
            await screen.send_all(cleaner.feed(await stream.more()).encode())
    await screen.aclose()


class NoEngine(Problem):
    """The program that looks for patterns fell, through no fault of whoever asked."""

    status = 500
    title = "The patterns could not be looked for"
    code = "EXPECT_FAILED"


@frozen
class Engine:
    process: trio.Process

    async def take(self, step: Step) -> StepOutcome:
        began, found = trio.current_time(), Found("timeout")
        with trio.move_on_after(step.seconds + PATIENCE):
            found = await self._ask(step)
        return StepOutcome(found.how, found.matched, found.before, trio.current_time() - began)

    async def _ask(self, step: Step) -> "Found":
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        said = b""
        with suppress(trio.BrokenResourceError):
            await self.process.stdin.send_all(json.encode(step) + b"\n")
            async for piece in self.process.stdout:
                said += piece
                if said.endswith(b"\n"):
                    return json.decode(said, Found)
        raise NoEngine("looking for the pattern failed; the daemon's own log says why")


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


def _open_line(shop: Shop, id: SessionId, end: int) -> int:
    """How much of the newest line is there already: a prompt that waits has long been printed."""
    piece = ByteLog(shop.home(id).path).read(max(0, end - TAIL), TAIL)
    tail = piece.data[: max(0, end - piece.offset)]  # what was printed meanwhile lies behind it
    return len(tail) - (tail.rfind(b"\n") + 1)
