"""What a terminal and its viewers say to each other, and why a view ends."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from attrs import frozen

from rdvd.streams import Farewell

FEWEST_COLUMNS, MOST_COLUMNS = 2, 1_000
FEWEST_ROWS, MOST_ROWS = 1, 1_000
LARGEST_POSITION = 2**53 - 1  # what every JSON reader counts exactly

Columns = Annotated[int, msgspec.Meta(ge=FEWEST_COLUMNS, le=MOST_COLUMNS)]
Rows = Annotated[int, msgspec.Meta(ge=FEWEST_ROWS, le=MOST_ROWS)]
Position = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_POSITION)]


@frozen
class Input:
    """Keys, as a terminal sends them."""

    __wire_tag__ = "input"

    data: str


@frozen
class Resize:
    """The viewer's own size. That of the session follows if the viewer is its primary one."""

    __wire_tag__ = "resize"

    cols: Columns
    rows: Rows


@frozen
class Ping:
    __wire_tag__ = "ping"


@frozen
class Focus:
    """The viewer wants to own the size; `force`: even if another has just taken it."""

    __wire_tag__ = "focus"

    force: bool = False


@frozen
class Ack:
    """All output before this position has been shown."""

    __wire_tag__ = "ack"

    seq: Position


FromViewer: TypeAlias = Input | Resize | Ping | Focus | Ack


@frozen
class Hello:
    """The first message. `resumed` says what follows: the picture anew, or what was missed.

    `end`: how much there was to be shown when the stream was opened; in mode `screen` always 0.
    """

    __wire_tag__ = "hello"

    session: str
    mode: Literal["screen", "log"]
    seq: int
    end: int
    read_only: bool
    resumed: Literal["repaint", "replay"]
    window: int


@frozen
class Output:
    """`seq` is the position of its first byte."""

    __wire_tag__ = "output"

    data: str
    seq: int


@frozen
class Exit:
    """The program has ended: by a signal, or with a code; neither if nobody saw it end."""

    __wire_tag__ = "exit"

    code: int | None
    signal: int | None = None


@frozen
class Error:
    __wire_tag__ = "error"

    message: str
    code: str


@frozen
class Pong:
    __wire_tag__ = "pong"


@frozen
class Primary:
    """Who owns the size has changed, or the size: this is what the session has now."""

    __wire_tag__ = "primary"

    is_primary: bool
    cols: int
    rows: int


@frozen
class Gap:
    """In `log` mode: these positions cannot be shown any more, or never could."""

    __wire_tag__ = "gap"

    seq: int
    end: int


ToViewer: TypeAlias = Hello | Output | Gap | Exit | Error | Pong | Primary


ENDED = Farewell(1000, "the program has ended")
CLOSED = Farewell(1000, "the session was closed")
TERMINAL_GONE = Farewell(1011, "the terminal is gone")
NONSENSE = Farewell(1008, "too many messages that make no sense")
NOT_THERE = Farewell(4404, "the session is closed")
STUCK = Farewell(4408, "nothing acknowledged for 60 s: come back when you can read")
STARTING = Farewell(4409, "the session is still starting: connect again")
RELAUNCHED = Farewell(1012, "the session starts anew: connect again")
SUSPENDED = Farewell(4409, "the session is suspended: resume it first")
LOST = Farewell(4409, "the session lost its terminal: relaunch it")
CROWDED = Farewell(4429, "too many viewers watch this session")
