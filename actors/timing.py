"""Things that happen now and then."""

import math

import trio


class every:  # noqa: N801 - it reads as the function that it is used as
    """`async for _ in every(30):` runs its body once each 30 seconds, first after 30 seconds.

    It does not drift. Ticks that pass while the body runs are skipped, not made up for.
    """

    # No async generator: one that is left by a cancellation would have to be closed by hand.
    def __init__(self, seconds: float) -> None:
        if not seconds > 0:
            raise ValueError(f"a period is longer than nothing, not {seconds} s")
        self._seconds = seconds
        self._next = trio.current_time() + seconds

    def __aiter__(self) -> "every":
        return self

    async def __anext__(self) -> None:
        late = trio.current_time() - self._next
        if late > 0:
            self._next += math.ceil(late / self._seconds) * self._seconds
        await trio.sleep_until(self._next)
        self._next += self._seconds
