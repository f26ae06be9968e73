"""Answers that are sent while they are made, however long they are.

Whatever makes one runs as a task of its request, at most one piece ahead of the client: who reads
slowly holds it up, and who leaves ends it. Until the first piece is there everything is as with
other answers. After that nothing can be taken back: what fails then cuts the connection, so that
no client takes a part for the whole.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager

import outcome
import trio
from attrs import field, frozen

LONGEST_SILENCE = 60.0


class CutShort(Exception):
    """The answer has begun and cannot be brought to its end."""


@frozen
class Flow:
    """For a handler whose answer may be long. `source` is entered, read, and left in one task."""

    source: AbstractAsyncContextManager[AsyncIterator[bytes]]
    content_type: str = "application/octet-stream"
    status: int | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str])
    silence: float = LONGEST_SILENCE  # seconds that the next piece may be long in coming


class Flowing:
    """A flow on its way to a client: what the framework iterates over."""

    def __init__(self, flow: Flow, status: int, *, is_head: bool) -> None:
        self.status = status  # that the client has been told
        self._flow = flow
        self._is_head = is_head
        self._into, self._pieces = trio.open_memory_channel[bytes](0)
        self._ended: outcome.Outcome[None] | None = None
        self._next: bytes | None = None  # made, and not yet taken by the framework
        self._taken = 0
        self.sent = 0
        self.is_whole = False
        self.failure: Exception | None = None

    async def begin(self, nursery: trio.Nursery) -> None:
        """Up to the first piece, or to what went wrong before there was one."""
        nursery.start_soon(self._make)
        self._next = await self._receive()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self.sent += self._taken  # the one before is with the client's kernel now
        self._taken = 0
        piece = None if self._is_head else await self._take()
        if piece is None:
            self.is_whole = True
            raise StopAsyncIteration
        self._taken = len(piece)
        return piece

    async def _take(self) -> bytes | None:
        if self._next is not None:
            piece, self._next = self._next, None
            return piece
        match await outcome.acapture(self._wait):
            case outcome.Error(error=Exception() as error):
                self.failure = error
                raise CutShort from error
            case got:
                return got.unwrap()

    async def _wait(self) -> bytes | None:
        if self._ended is not None:
            return self._last()
        with trio.fail_after(self._flow.silence):
            return await self._receive()

    async def _receive(self) -> bytes | None:
        """None at the end."""
        try:
            return await self._pieces.receive()
        except trio.EndOfChannel:
            return self._last()

    def _last(self) -> None:
        if isinstance(self._ended, outcome.Error):
            raise self._ended.error

    async def _make(self) -> None:
        """What goes wrong is told to whoever waits for the next piece, and ends no other task."""
        with self._into:
            ended = self._ended = await outcome.acapture(self._pour)
        match ended:
            case outcome.Error(error=Exception()):
                pass
            case _:
                ended.unwrap()

    async def _pour(self) -> None:
        async with self._flow.source as pieces:
            async for piece in pieces:
                if piece:
                    await self._into.send(piece)
