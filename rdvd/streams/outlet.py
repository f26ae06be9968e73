"""What is said on a stream: one whole frame after the other, or the client is cut off."""

from collections.abc import Awaitable

import trio

from .types import Gone
from .wire import Wire


class Outlet:
    """Any task may send. A client that does not read makes all of them wait."""

    def __init__(self, wire: Wire, longest_send: float) -> None:
        self._longest_send = longest_send  # one frame, from its hand-over
        self._wire = wire
        self._turn = trio.Event()  # of whoever handed over last; set once that is over
        self._turn.set()
        self._sending: set[trio.CancelScope] = set()
        self.is_over = False  # the last frame was handed over

    async def send(self, frame: bytes, *, is_last: bool = False) -> None:
        """Returns when the kernel has taken it; `Gone` if it never will."""
        rest = self.send_at_once(frame)
        self.is_over |= is_last
        if rest is not None:
            await rest

    def hurry(self, deadline: float) -> None:
        """Give what is being sent until then and no longer."""
        for scope in self._sending:
            scope.deadline = min(scope.deadline, deadline)

    def send_at_once(self, frame: bytes) -> Awaitable[None] | None:
        """Mostly there is room: then it has left, before any other task runs. Else what is to be
        awaited now."""
        if self.is_over:
            raise Gone
        rest = frame[self._wire.send_now(frame) :] if self._turn.is_set() else frame
        return self._send_in_time(rest) if rest else None

    async def _send_in_time(self, rest: bytes) -> None:
        before, self._turn = self._turn, trio.Event()
        own, is_whole = self._turn, False
        scope = trio.CancelScope(shield=True, deadline=trio.current_time() + self._longest_send)
        self._sending.add(scope)
        try:
            with scope:
                await before.wait()
                await self._wire.send_all(rest)
                is_whole = True
        finally:
            own.set()
            self._sending.discard(scope)
            if not is_whole:
                self._wire.cut()
        if not is_whole:
            raise Gone
