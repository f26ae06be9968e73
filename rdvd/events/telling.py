"""The facts of a topic, put on the stream: a task for the tree."""

from collections.abc import Callable
from typing import Any, TypeVar

import trio

from actors import Lagged, Topic

from .feed import Events

Fact = TypeVar("Fact")
BUFFER = 4_096


async def tell(
    publish: Callable[[Events, Fact], None],
    events: Events,
    facts: Topic[Fact],
    *,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Each of them, from the moment on that this has started; that some were missed is told too."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_tell, publish, events, facts, task_status)
        await stopping.wait()
        nursery.cancel_scope.cancel()


async def _tell(
    publish: Callable[[Events, Fact], None],
    events: Events,
    facts: Topic[Fact],
    task_status: trio.TaskStatus[Any],
) -> None:
    is_first = True
    while True:
        with facts.subscribe(BUFFER) as news:
            if is_first:
                task_status.started()
                is_first = False
            try:
                async for fact in news:
                    publish(events, fact)
            except Lagged:
                events.publish("facts.missed", {"topic": facts.name}, None)
