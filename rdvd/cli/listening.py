"""The event stream for a command that waits for one thing: from now on, until it is heard."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rdvd.cli import here
from rdvd.cli.exits import REFUSED, Failure
from rdvd.cli.websocket import ABNORMAL, Closed, opened

Event = dict[str, Any]  # Any: JSON, of the shape that docs/events.md describes
MISSED = "facts.missed"


def heard(types: Sequence[str], left: Callable[[], float | None]) -> Iterator[Event | None]:
    """Events; None when it is time to look at how things are: at first, and after a loss.

    `left` says how many seconds there still are. `TimeoutError` after that, `Closed` when the
    stream ends, or when the daemon has been silent for two of its heartbeats.
    """
    with opened(here.terminal_socket(), "/ws/events", token=here.read_cli_token()) as stream:
        heartbeat = _said(stream, here.PATIENCE)["data"]["heartbeat_seconds"]
        stream.send(json.dumps({"type": "subscribe", "types": [*types, MISSED]}))
        answer = _said(stream, here.PATIENCE)
        if answer["type"] == "error":
            raise Failure(answer["data"]["detail"], code=REFUSED)
        yield None
        while True:
            event = _next(stream, 2 * heartbeat, left)
            if event["type"] == MISSED:
                yield None
            elif event["type"] != "heartbeat":
                yield event


def _next(stream: Any, silence: float, left: Callable[[], float | None]) -> Event:
    seconds = left()
    began = time.monotonic()
    try:
        return _said(stream, silence if seconds is None else min(seconds, silence))
    except TimeoutError:
        if time.monotonic() - began < silence:
            raise
        raise Closed(ABNORMAL, "the daemon is silent") from None


def _said(stream: Any, seconds: float) -> Event:
    return json.loads(stream.receive(seconds))
