"""A setting that is replaced while others go on reading it."""

from typing import Generic, TypeVar

import trio

T = TypeVar("T")


class Live(Generic[T]):
    """Holds one frozen value, so that a reader sees all of the old one or all of the new one.

    Whoever reads it asks for `now` each time that it matters, and keeps no copy.
    """

    def __init__(self, now: T) -> None:
        self._now = now
        self._replaced = trio.Event()

    @property
    def now(self) -> T:
        return self._now

    def replace(self, new: T) -> None:
        self._now = new
        self._replaced.set()
        self._replaced = trio.Event()

    async def wait_replaced(self) -> None:
        await self._replaced.wait()
