"""Acts that are done as a whole, or not at all."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

UNDO_SECONDS = 15.0


@asynccontextmanager
async def whole_or_undone(undo: Callable[[], Awaitable[object]]) -> AsyncGenerator[None, None]:
    """Undo it unless the block gets to its end, also for who is cancelled; for so long at most.

    What is not undone by then, the next start of the daemon has to find.
    """
    is_done = False
    try:
        yield
        is_done = True
    finally:
        if not is_done:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + UNDO_SECONDS):
                await undo()
