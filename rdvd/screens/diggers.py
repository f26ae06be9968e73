"""Having logs searched and exported by processes of their own, few at once, each ended in time."""

import logging
import subprocess
import sys
from functools import partial

import trio
from attrs import define, field

from rdvd.ground.errors import Problem
from rdvd.ground.json import decode, encode

from .orders import Found, Job, Line, Record, Search

log = logging.getLogger(__name__)

AT_ONCE = trio.CapacityLimiter(2)
SEARCH_SECONDS = 10.0
RECORD_SECONDS = 120.0
LONGEST_COMPLAINT = 4_096


class NotDug(Problem):
    """What was to be read could not be, through no fault of whoever asked."""

    status = 500
    title = "The log could not be read"
    code = "LOG_NOT_READ"


class TookTooLong(Problem):
    """It is much, or the machine is busy."""

    status = 504
    title = "Gateway timeout"
    code = "RECORDING_TIMEOUT"


@define
class _Dug:
    data: bytearray = field(factory=bytearray)
    complaint: bytearray = field(factory=bytearray)
    code: int | None = None  # None: it was ended by us


async def search(order: Search, seconds: float = SEARCH_SECONDS) -> Found:
    """What was found until it was enough; a pattern that is none is refused."""
    order.query.compiled()
    dug = await _dig(Job(search=order), seconds)
    whole = bytes(dug.data[: dug.data.rfind(b"\n") + 1]).splitlines()
    lines = [decode(line, Line) for line in whole]
    hits = [line.hit for line in lines if line.hit is not None]
    if dug.code is None:
        return Found(hits, "time")
    return Found(hits, lines[-1].cut_off)


async def record(order: Record, seconds: float = RECORD_SECONDS) -> bytes:
    """The whole file, or a refusal: never a part of it that looks whole."""
    dug = await _dig(Job(record=order), seconds)
    if dug.code is None:
        raise TookTooLong(f"not done after {seconds:g} s: ask for a shorter part of it")
    return bytes(dug.data)


async def _dig(job: Job, seconds: float) -> _Dug:
    command = [sys.executable, "-m", "rdvd.screens.digging"]
    run = partial(
        trio.run_process, command, stdin=encode(job), check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    dug = _Dug()
    async with AT_ONCE, trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(run)
        with trio.move_on_after(seconds):
            await _listen(process, dug)
            dug.code = await process.wait()
        nursery.cancel_scope.cancel()  # which ends it if it has not ended
    if dug.code:
        said = bytes(dug.complaint).decode(errors="replace")
        log.error("log.not_read", extra={"code": dug.code, "said": said})
        raise NotDug("reading the log failed; the daemon's own log says why")
    return dug


async def _listen(process: trio.Process, dug: _Dug) -> None:
    assert process.stdout is not None
    assert process.stderr is not None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_take, process.stderr, dug.complaint, LONGEST_COMPLAINT)
        await _take(process.stdout, dug.data)


async def _take(stream: trio.abc.ReceiveStream, into: bytearray, most: int | None = None) -> None:
    async for piece in stream:
        into += piece
        if most is not None:
            del into[:-most]
