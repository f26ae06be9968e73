"""What goes over the event stream, in both directions."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from attrs import field, frozen

from rdvd.identity import SessionId, UserId
from rdvd.streams import Farewell

LONGEST_PREFIX = 64
MOST_PREFIXES = 32
LARGEST_POSITION = 2**53 - 1  # what every JSON reader counts exactly

Prefix = Annotated[str, msgspec.Meta(max_length=LONGEST_PREFIX)]
Position = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_POSITION)]


@frozen
class Event:
    """`seq` is the position in the stream, `at` milliseconds since the epoch."""

    seq: int
    at: int
    type: str
    data: Mapping[str, Any]


@frozen
class Line:
    """An event as it is sent: written once, however many read it."""

    text: str
    size: int


@frozen
class Fact:
    """A published event, and who it is for. Without an audience: the owner, or all if public."""

    event: Event
    line: Line
    audience: UserId | None
    session: SessionId | None
    is_public: bool


@frozen
class Subscribe:
    """A client's order: which types, and from where on. It replaces the one before.

    A position means something within one life of the daemon only, so it comes with its `stream`.
    """

    __wire_tag__ = "subscribe"

    types: Annotated[list[Prefix], msgspec.Meta(max_length=MOST_PREFIXES)] = field(
        factory=list[Prefix]
    )
    resume: Position | None = None
    stream: Annotated[str, msgspec.Meta(max_length=LONGEST_PREFIX)] | None = None

    def __attrs_post_init__(self) -> None:
        if self.resume is not None and self.stream is None:
            raise ValueError("resume needs the stream that `hello` named")


BAD_MESSAGES = Farewell(1008, "too many messages that make no sense")
TOO_SLOW = Farewell(1013, "too slow: read faster, or subscribe to less")
