"""What is done about a play that does not end by itself."""

import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import trio

REAL_SECONDS = 5.0


class Stuck(BaseException):
    """Somebody spins without ever letting the clock jump."""


async def unshield_everything(at: float) -> None:
    """Let the cancellation through to those who hide from it, so that it can be told of them."""
    await trio.sleep_until(at)
    for task in tasks_below(trio.lowlevel.current_root_task()):
        status: Any = task._cancel_status  # pyright: ignore[reportPrivateUsage]  # no public way
        while status is not None:
            status._scope.shield = False
            status = status._parent


def tasks_below(task: trio.lowlevel.Task | None) -> Iterator[trio.lowlevel.Task]:
    """A task and all it has started, directly or not."""
    if task is not None:
        yield task
        for nursery in task.child_nurseries:
            for child in nursery.child_tasks:
                yield from tasks_below(child)


@contextmanager
def abort_when_stuck() -> Generator[None]:
    """A cancellation stops at shields and at loops, a signal at nothing."""

    def abort(*_: object) -> None:
        raise Stuck

    before: Callable[..., Any] | int | None = signal.signal(signal.SIGALRM, abort)
    signal.setitimer(signal.ITIMER_REAL, REAL_SECONDS, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
