"""What others hand in and are handed: the log, a screen, a size, a hit."""

from collections.abc import Iterable
from typing import Protocol

from attrs import frozen


class Block(Protocol):
    """So many bytes that came at one time."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def at(self) -> int:
        """Milliseconds since the epoch."""
        ...


class Log(Protocol):
    """What is read of a byte log; `rdvd.bytelog.ByteLog` is one."""

    @property
    def first(self) -> int:
        """The oldest offset that is still there."""
        ...

    @property
    def end(self) -> int: ...
    def read(self, offset: int, limit: int) -> bytes: ...
    def offset_at(self, at: int) -> int: ...
    def time_at(self, offset: int) -> int: ...
    def blocks(self, start: int) -> Iterable[Block]: ...


@frozen
class Screen:
    """What was to be seen: lines from the top, without trailing spaces."""

    columns: int
    rows: int
    cursor_x: int  # may be `columns`: the next character will go into the next line
    cursor_y: int
    cursor_visible: bool
    alternate: bool  # a full-screen program's screen
    text: tuple[str, ...]
    ansi: tuple[str, ...]  # the same with SGR sequences; every line stands for itself


@frozen
class Size:
    """From this offset on the terminal had so many columns and rows."""

    offset: int
    at: int  # milliseconds since the epoch
    columns: int
    rows: int
