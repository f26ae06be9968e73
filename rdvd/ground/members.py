"""Members that bodies of several slices have: names, ids, and what may be left out of a change."""

from typing import Annotated, Final

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

LEFT_OUT: Final = "\0"  # null would mean that nothing is to be there


def left_out() -> str | None:
    """The factory of a member that stays as it is if nobody gives it."""
    return LEFT_OUT


def chosen(given: str | None, present: str | None) -> str | None:
    return present if given == LEFT_OUT else given
