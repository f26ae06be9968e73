"""One stream of the daemon, from its first word to its last: rdv.v1, as docs/terminal.md has it."""

import json
import os
import struct
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from rdvd.cli.attach.link import Link
from rdvd.cli.attach.tty import Tty
from rdvd.cli.attach.typed import Typed
from rdvd.cli.websocket import Closed, opened

PROTOCOL = "rdv.v1"
OUTPUT_HEAD = struct.Struct(">BQ")  # the kind, and the position of the first byte
ACKNOWLEDGED_EACH = 128 * 1024  # an eighth of the window
MOST_BACKLOG = 64 * 1024
FOCUS_EACH = 1.0  # the daemon lets nobody take the size again any sooner
MOST_COLUMNS = MOST_ROWS = 1_000

Message = dict[str, Any]  # Any: JSON, of the shape that docs/terminal.md describes


class Wish(NamedTuple):
    """What to attach to, and how."""

    socket: Path
    token: str | None
    id: str
    name: str
    read_only: bool = False
    escape: str | None = "~"
    patience: float = 60.0


class Visit:
    def __init__(self, link: Link, *, read_only: bool) -> None:
        self.link = link
        self.read_only = read_only
        self.was_greeted = False
        self.exit: Message | None = None
        self.error: Message | None = None
        self._shown = self._acknowledged = 0
        self._is_primary, self._focused_at = False, 0.0

    def listen(self, terminal: Tty, typed: Typed) -> None:
        """All that is here to be heard; `Closed` at the end."""
        for message in self.link.arrived():
            if isinstance(message, bytes):
                _kind, seq = OUTPUT_HEAD.unpack_from(message)
                data = message[OUTPUT_HEAD.size :]
                self._shown = seq + len(data)
                terminal.show(data)
            else:
                self._heed(json.loads(message), typed)

    def resize(self, size: os.terminal_size) -> None:
        columns, rows = _allowed(size)
        self._say({"type": "resize", "cols": columns, "rows": rows})

    def send(self, typed: Typed) -> None:
        """As many keys as the daemon takes; it is asked how far they got."""
        while typed.is_waiting and self.link.backlog < MOST_BACKLOG:
            self.focus()
            self._send(typed.take())
        if typed.ask():
            self._say({"type": "ping"})

    def focus(self) -> None:
        """Where somebody types, there the picture should fit."""
        now = time.monotonic()
        if not self._is_primary and now - self._focused_at >= FOCUS_EACH:
            self._focused_at = now
            self._say({"type": "focus"})

    def acknowledge(self) -> None:
        """Once the terminal has taken all of it."""
        if self._shown - self._acknowledged >= ACKNOWLEDGED_EACH:
            self._acknowledged = self._shown
            self._say({"type": "ack", "seq": self._shown})

    def _heed(self, said: Message, typed: Typed) -> None:
        match said["type"]:
            case "hello":
                self.was_greeted, self.read_only = True, said["read_only"]
                if not self.read_only:
                    self.focus()
            case "primary":
                self._is_primary = said["is_primary"]
            case "pong":
                typed.answered()
            case "exit":
                self.exit = said
            case "error" if said["code"] != "READ_ONLY":
                self.error = said
            case _:
                pass

    def _say(self, message: Message) -> None:
        self._send(json.dumps(message))

    def _send(self, message: str | bytes) -> None:
        with suppress(Closed):  # why is still to be heard
            self.link.send(message)


@contextmanager
def visiting(wish: Wish, size: os.terminal_size, seconds: float) -> Generator[Visit, None, None]:
    """A `Failure` if the daemon is not there, or refuses."""
    columns, rows = _allowed(size)
    query: dict[str, object] = {"cols": columns, "rows": rows}
    query["term"] = os.environ.get("TERM", "")[:64]
    if wish.read_only:
        query["read_only"] = "true"
    target = f"/ws/terminal/{wish.id}?{urlencode(query)}"
    way = opened(
        wish.socket, target, token=wish.token, protocols=[PROTOCOL], seconds=seconds, kind=Link
    )
    with way as link:
        link.flow()
        yield Visit(link, read_only=wish.read_only)


def _allowed(size: os.terminal_size) -> tuple[int, int]:
    """A terminal that does not know its size says 0."""
    return min(size.columns, MOST_COLUMNS) or 80, min(size.lines, MOST_ROWS) or 24
