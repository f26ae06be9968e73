"""SIGTERM and SIGINT before the tree runs, which obeys them by itself from then on.

Without this a daemon that is asked to stop while it opens its database would be killed by the
request, and leave its files behind.
"""

import signal
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from types import FrameType

import trio

STOPS = (signal.SIGTERM, signal.SIGINT)


def hold_back_stops() -> None:
    """From now on they wait for `until_told`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)


async def until_told(live: Callable[[], Awaitable[None]]) -> None:
    """Live; the first stop that nobody else obeys cancels it."""
    with trio.CancelScope() as scope, _obeying_stops(scope):
        await live()


@contextmanager
def _obeying_stops(scope: trio.CancelScope) -> Generator[None]:
    """Who resists the first is ended by the second."""
    token = trio.lowlevel.current_trio_token()

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        token.run_sync_soon(scope.cancel)

    before = {number: signal.signal(number, stop) for number in STOPS}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
