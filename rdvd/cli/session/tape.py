"""Everything that a session printed, from a position on: `mode=log` of the terminal stream.

The position of the next byte is all there is to remember. After a break we go on from there: no
byte comes twice, and none is missing; what the daemon cannot show any more it names.
"""

import json
import select
import struct
import sys
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from rdvd.cli import here
from rdvd.cli.attach import endings
from rdvd.cli.exits import NOT_ALLOWED, NOT_FOUND, TIMED_OUT, USAGE, Failure

PROTOCOL = "rdv.v1"
OUTPUT_HEAD = struct.Struct(">BQ")  # the kind, and the position of the first byte
ACKNOWLEDGED_EACH = 128 * 1024
PAUSE = 0.3  # between two looks for a daemon that is away: its socket tells nobody
FINAL = {NOT_FOUND, NOT_ALLOWED, USAGE}

Message = dict[str, Any]  # Any: JSON, of the shape that docs/terminal.md describes
Stream = Any  # rdvd.cli.websocket.WebSocket, which is read only when it is needed


class Gap(NamedTuple):
    """Bytes that cannot be shown."""

    start: int
    end: int


class Tape:
    """`from_now`: only what comes from here on."""

    def __init__(
        self, session: dict[str, Any], *, since_ms: int | None = None, from_now: bool = False
    ) -> None:
        self._session = session
        self._from_now = from_now
        self._since_ms = since_ms
        self.seq: int | None = None  # of the next byte, once it is known
        self.end: int | None = None  # how much there was when the stream was opened
        self.exit: Message | None = None
        self._error: Message | None = None
        self._deadline: float | None = None
        self._is_away = False

    def read(self, *, follows: bool, seconds: float | None = None) -> Iterator[bytes | Gap]:
        """To the end of the session, or only what is there now. `Failure` after so many seconds."""
        from rdvd.cli.websocket import Closed  # lazy: only tapes stream

        self._deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            try:
                yield from self._visit(follows=follows)
                return
            except Closed as end:
                if self._is_over(end):
                    return
            except TimeoutError:
                pass  # if there is no time left, `_rest` says so
            except Failure as failure:
                if self.seq is None or failure.code in FINAL:
                    raise
            self._rest()

    def _is_over(self, end: Any) -> bool:
        """All that there is was read. A `Failure` if the rest is refused."""
        if end.code == endings.NORMAL or (end.code == endings.NOT_NOW and self._error):
            return True
        if endings.is_worth_another_try(end.code, self._error):
            return False
        name = self._session["name"]
        told = endings.ending_by(end.code, end.reason, name, self.exit, self._error)
        raise Failure(told.text, hint=told.hint, code=told.code)

    def _visit(self, *, follows: bool) -> Iterator[bytes | Gap]:
        with self._opened() as stream:
            hello = json.loads(stream.receive(here.PATIENCE))
            self._is_away = False
            if self._stands_right(hello):
                yield from self._listen(stream, follows=follows)
                return
        yield from self._visit(follows=follows)

    def _stands_right(self, hello: Message) -> bool:
        """Whether this stream begins where we want to go on."""
        if self.end is None:
            self.end = hello["end"]
        if self.seq is None:
            self.seq = hello["end"] if self._from_now else hello["seq"]
        return self.seq == hello["seq"]

    def _opened(self) -> Stream:
        from rdvd.cli.websocket import opened  # lazy: as above

        query: dict[str, object] = {"mode": "log"}
        if self.seq is not None:
            query["seq"] = self.seq
        elif self._since_ms is not None:
            query["since"] = self._since_ms
        target = f"/ws/terminal/{self._session['id']}?{urlencode(query)}"
        token = here.read_cli_token()
        return opened(here.terminal_socket(), target, token=token, protocols=[PROTOCOL])

    def _listen(self, stream: Stream, *, follows: bool) -> Iterator[bytes | Gap]:
        acknowledged = self.seq or 0
        while follows or (self.seq or 0) < (self.end or 0):
            message = stream.receive(self._left())
            yield from self._take(message)
            if (self.seq or 0) - acknowledged >= ACKNOWLEDGED_EACH:
                acknowledged = self.seq or 0
                stream.send(json.dumps({"type": "ack", "seq": acknowledged}))

    def _take(self, message: str | bytes) -> Iterator[bytes | Gap]:
        if isinstance(message, bytes):
            _kind, seq = OUTPUT_HEAD.unpack_from(message)
            data = message[OUTPUT_HEAD.size :]
            self.seq = seq + len(data)
            yield data
            return
        said = json.loads(message)
        if said["type"] == "gap":
            self.seq = said["end"]
            yield Gap(said["seq"], said["end"])
        elif said["type"] == "exit":
            self.exit = said
        elif said["type"] == "error":
            self._error = said

    def _left(self) -> float | None:
        if self._deadline is None:
            return None
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _rest(self) -> None:
        try:
            left = self._left()
        except TimeoutError as late:
            raise _too_late() from late
        if not self._is_away:
            print("rdv: the daemon is away; connecting again", file=sys.stderr, flush=True)
        self._is_away = True
        select.select([], [], [], PAUSE if left is None else min(left, PAUSE))


def _too_late() -> Failure:
    return Failure("it has not happened in time", code=TIMED_OUT)
