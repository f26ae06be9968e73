"""What a viewer asks for when it connects, from the query. Pure."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from attrs import frozen

from rdvd.ground.json import build

from .types import Columns, Position, Rows

TERMS = ("xterm-256color", "xterm", "screen-256color", "tmux-256color", "linux", "vt100")


@frozen
class Wish:
    """`seq`: what the viewer has seen last, if it was here before.

    `screen` is what tmux draws, in the viewer's size; `log` every byte that the program printed,
    from position `seq` on, or without it from the first that came after `since`, in milliseconds.
    """

    cols: Columns = 80
    rows: Rows = 24
    read_only: bool = False
    mode: Literal["screen", "log"] = "screen"
    seq: Position | None = None
    since: Position | None = None
    term: Annotated[str, msgspec.Meta(max_length=64)] = TERMS[0]

    @property
    def known_term(self) -> str:
        """Never what a stranger made up: tmux looks it up among files."""
        return self.term if self.term in TERMS else TERMS[0]


def read_wish(query: Mapping[str, str]) -> Wish:
    """`BadInput` names what makes no sense."""
    return build(dict(query), Wish, from_text=True)
