"""What others hand in and are handed: a screen, a size, a hit."""

from attrs import frozen


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
    is_new: bool = False  # it is another terminal: empty, with nothing above it
