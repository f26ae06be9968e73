"""What a stream is opened by, and how it ends."""

from typing import Annotated

import msgspec
from attrs import field, frozen

LONGEST_REASON = 123  # bytes of a close frame, RFC 6455, 5.5


class Gone(Exception):
    """The client has left, or was cut off: there is nobody to speak to any more."""


def _fits_into_a_frame(_instance: object, _field: object, reason: str) -> None:
    if len(reason.encode()) > LONGEST_REASON:
        raise ValueError(f"a reason has at most {LONGEST_REASON} bytes: {reason}")


@frozen
class Farewell:
    """Why a stream ends. `seconds` is all the time a client has to hear it, and what a message
    under way has to be finished."""

    code: int
    reason: str = field(validator=_fits_into_a_frame)
    seconds: float = 2.0


DONE = Farewell(1000, "")
GOING_AWAY = Farewell(1001, "the daemon stops")
FAILED = Farewell(1011, "something failed here: see the daemon's log")
RESTARTING = Farewell(1012, "this part is down or restarting: connect again")
TOKEN_ENDED = Farewell(4401, "the token has ended", seconds=0.5)
NO_CREDENTIAL = Farewell(4408, "no credential came within 5 s")


@frozen
class Credential:
    """The first message of a client that could show nothing before.

    `token` may be any token, or a ticket; `user` is the one that a service acts for.
    """

    __wire_tag__ = "auth"

    token: Annotated[str, msgspec.Meta(max_length=200)]
    user: Annotated[str, msgspec.Meta(max_length=64)] | None = None
