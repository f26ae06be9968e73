"""Having logs searched and exported by processes of their own, few at once, each ended in time."""

import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import trio
from attrs import define, field

from rdvd.ground.errors import Problem
from rdvd.ground.json import decode, encode

from .orders import Found, Job, Line, Record, Search

log = logging.getLogger(__name__)

AT_ONCE = trio.CapacityLimiter(2)
RECORDED_AT_ONCE = trio.CapacityLimiter(4)  # not the same: a recording may wait for its reader
SEARCH_SECONDS = 10.0
LONGEST_COMPLAINT = 4_096


class NotDug(Problem):
    """What was to be read could not be, through no fault of whoever asked."""

    status = 500
    title = "The log could not be read"
    code = "LOG_NOT_READ"


async def search(order: Search, seconds: float = SEARCH_SECONDS) -> Found:
    """What was found until it was enough; a pattern that is none is refused."""
    order.query.compiled()
    data = bytearray()
    async with AT_ONCE, _digger(Job(search=order)) as digger:
        with trio.move_on_after(seconds) as searching:
            async for piece in digger:
                data += piece
    whole = bytes(data[: data.rfind(b"\n") + 1]).splitlines()
    lines = [decode(line, Line) for line in whole]
    hits = [line.hit for line in lines if line.hit is not None]
    if searching.cancelled_caught:
        return Found(hits, "time")
    return Found(hits, lines[-1].cut_off)


@asynccontextmanager
async def record(order: Record) -> AsyncGenerator[AsyncIterator[bytes], None]:
    """The file, piece by piece; who reads slowly holds the process up, and who leaves ends it.

    What goes wrong in the middle is raised: a part of it must not look like the whole.
    """
    async with RECORDED_AT_ONCE, _digger(Job(record=order)) as digger:
        yield digger


@define
class _Digger:
    process: trio.Process
    complaint: bytearray = field(factory=bytearray)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        assert self.process.stdout is not None
        piece = await self.process.stdout.receive_some()
        if not piece:
            self.check(await self.process.wait())
            raise StopAsyncIteration
        return bytes(piece)

    def check(self, code: int) -> None:
        if code:
            said = bytes(self.complaint).decode(errors="replace")
            log.error("log.not_read", extra={"code": code, "said": said})
            raise NotDug("reading the log failed; the daemon's own log says why")


@asynccontextmanager
async def _digger(job: Job) -> AsyncGenerator[_Digger, None]:
    """A process at work, ended with the block if it has not ended by then."""
    command = [sys.executable, "-m", "rdvd.screens.digging"]
    run = partial(
        trio.run_process, command, stdin=encode(job), check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    async with trio.open_nursery() as nursery:
        digger = _Digger(await nursery.start(run))
        nursery.start_soon(_hear, digger)
        yield digger
        nursery.cancel_scope.cancel()


async def _hear(digger: _Digger) -> None:
    assert digger.process.stderr is not None
    async for piece in digger.process.stderr:
        digger.complaint += piece
        del digger.complaint[:-LONGEST_COMPLAINT]
