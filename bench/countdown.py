"""For contenders: wait until something has happened a number of times."""

import trio


class Countdown:
    """Costs both sides of a comparison the same: one subtraction each time, one Event in all."""

    def __init__(self, times: int) -> None:
        self._left = times
        self._done = trio.Event()

    def count(self) -> None:
        self._left -= 1
        if not self._left:
            self._done.set()

    async def wait(self) -> None:
        await self._done.wait()
