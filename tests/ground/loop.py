"""A Trio loop in a thread, for tests that cannot be async themselves."""

import threading
from collections.abc import Awaitable, Callable
from queue import SimpleQueue
from typing import TypeVar

import trio

R = TypeVar("R")


class Loop:
    def __init__(self) -> None:
        tokens: SimpleQueue[trio.lowlevel.TrioToken] = SimpleQueue()
        self._thread = threading.Thread(target=trio.run, args=[self._live, tokens.put])
        self._thread.start()
        self._token = tokens.get()

    def run(self, fn: Callable[..., Awaitable[R]], *args: object) -> R:
        return trio.from_thread.run(fn, *args, trio_token=self._token)

    def close(self) -> None:
        trio.from_thread.run_sync(self._end.set, trio_token=self._token)
        self._thread.join()

    async def _live(self, tell: Callable[[trio.lowlevel.TrioToken], None]) -> None:
        self._end = trio.Event()
        tell(trio.lowlevel.current_trio_token())
        await self._end.wait()
