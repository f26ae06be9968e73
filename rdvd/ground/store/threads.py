"""A thread that lives exactly as long as an `async with` block."""

import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import trio
from outcome import Error, Outcome, capture

Tell = Callable[..., None]


@asynccontextmanager
async def living_thread(
    name: str, live: Callable[[Tell], None], leave: Callable[[], None]
) -> AsyncGenerator[None]:
    """Run `live(is_up)` in a thread; the block begins when it has called `is_up`.

    When the block ends, however it ends, `leave` asks the thread to finish and it is waited for:
    cancellation cannot leave a thread behind.
    """
    tell = _way_to_the_loop()
    up, down = trio.Event(), trio.Event()
    ends: list[Outcome[None]] = []

    def body() -> None:
        ends.append(capture(live, lambda: tell(up.set)))
        tell(up.set)
        tell(down.set)

    # A daemon only for the case that Trio itself breaks: the interpreter can then still end.
    thread = threading.Thread(target=body, name=name, daemon=True)
    thread.start()
    try:
        await _wait_shielded(up)
        _raise_any(ends)
        yield
    finally:
        leave()
        await _wait_shielded(down)
        thread.join()  # it has said its last word: this is microseconds
    _raise_any(ends)


def _way_to_the_loop() -> Tell:
    token = trio.lowlevel.current_trio_token()

    def tell(fn: Callable[..., object], *args: object) -> None:
        with suppress(trio.RunFinishedError):  # then nobody is left to be told
            token.run_sync_soon(fn, *args)

    return tell


def telling(fn: Callable[..., object]) -> Tell:
    """The same function for use in a thread: it runs on the loop, soon, in order."""
    tell = _way_to_the_loop()
    return lambda *args: tell(fn, *args)


async def _wait_shielded(event: trio.Event) -> None:
    with trio.CancelScope(shield=True):
        await event.wait()


def _raise_any(ends: list[Outcome[None]]) -> None:
    for end in ends:
        if isinstance(end, Error):
            end.unwrap()
