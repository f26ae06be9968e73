"""The event stream for a command that waits for something: from now on."""

import json
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rdvd.cli import here
from rdvd.cli.exits import REFUSED, Failure
from rdvd.cli.websocket import ABNORMAL, Closed, WebSocket, opened

Event = dict[str, Any]  # Any: JSON, of the shape that docs/events.md describes
MISSED = "facts.missed"


class Ear:
    """`listening` opens it."""

    def __init__(self, stream: WebSocket, silence: float) -> None:
        self._stream = stream
        self._silence = silence
        self._heard_at = time.monotonic()

    def hear(self, seconds: float | None) -> Event:
        """The next event but heartbeats; `TimeoutError` if none comes within the time.

        `Closed` when the stream ends, or when the daemon has been silent for two heartbeats.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            silent_at = self._heard_at + self._silence
            until = silent_at if end is None else min(end, silent_at)
            try:
                event = _said(self._stream, max(0.0, until - time.monotonic()))
            except TimeoutError:
                if time.monotonic() < silent_at:
                    raise
                raise Closed(ABNORMAL, "the daemon is silent") from None
            self._heard_at = time.monotonic()
            if event["type"] != "heartbeat":
                return event


@contextmanager
def listening(types: Sequence[str], patience: float = here.PATIENCE) -> Generator[Ear]:
    """Also to what was missed. Look at how things are once it is open: that is told by nobody."""
    token = here.read_cli_token()
    with opened(here.terminal_socket(), "/ws/events", token=token, seconds=patience) as stream:
        heartbeat = _said(stream, patience)["data"]["heartbeat_seconds"]
        stream.send(json.dumps({"type": "subscribe", "types": [*types, MISSED]}))
        answer = _said(stream, patience)
        if answer["type"] == "error":
            raise Failure(answer["data"]["detail"], code=REFUSED)
        yield Ear(stream, 2 * heartbeat)


def heard(types: Sequence[str], left: Callable[[], float | None]) -> Iterator[Event | None]:
    """Events; None when it is time to look at how things are: at first, and after a loss.

    `left` says how many seconds there still are. `TimeoutError` after that, `Closed` as above.
    """
    with listening(types) as ear:
        yield None
        while True:
            event = ear.hear(left())
            yield None if event["type"] == MISSED else event


def _said(stream: WebSocket, seconds: float) -> Event:
    return json.loads(stream.receive(seconds))
