"""What happens elsewhere, put on the stream: a task for the tree, above all that it tells of."""

import logging
from typing import Any

import trio

from actors import Lagged, Topic
from rdvd.identity import TokenRevoked

from .catalogue import FACTS
from .feed import Events

ACTORS = logging.getLogger("actors")
LONGEST_TEXT = 1_000  # of an error, which may describe itself at any length


async def relay(
    events: Events,
    ended: Topic[TokenRevoked],
    *,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Ended tokens, and the lives of actors by their documented log records."""
    news = ActorNews(events)
    ACTORS.addHandler(news)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_relay_tokens, events, ended)
            task_status.started()
            await stopping.wait()
            nursery.cancel_scope.cancel()
    finally:
        ACTORS.removeHandler(news)


class ActorNews(logging.Handler):
    def __init__(self, events: Events) -> None:
        super().__init__(logging.INFO)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        kind = FACTS.get(f"actor.{record.msg}")
        if kind is not None:
            data = {name: _plain(getattr(record, name, None)) for name in kind.members}
            self._events.publish(f"actor.{record.msg}", data, None)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | None) else str(value)[:LONGEST_TEXT]


async def _relay_tokens(events: Events, ended: Topic[TokenRevoked]) -> None:
    while True:
        with ended.subscribe() as endings:
            try:
                async for end in endings:
                    data = {"token": end.token, "reason": end.reason}
                    events.publish("token.ended", data, None)
            except Lagged:
                events.publish("facts.missed", {"topic": ended.name}, None)
