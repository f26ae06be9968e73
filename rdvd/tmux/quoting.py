"""Words to tmux: how any bytes become one argument, and stay what they were."""

import re

from rdvd.ground.errors import BadInput

SPECIAL = re.compile(rb'["\\$~\x01-\x1f\x7f-\xff]')
RUN_OF_HASHES = re.compile(r"#+\[?")
ESCAPES = {
    bytes([byte]): b"\\%c" % byte if byte in b'"\\$' else b"\\%03o" % byte for byte in range(1, 256)
}

Argument = str | bytes
Command = tuple[Argument, ...]  # its name first


def quote(argument: Argument) -> bytes:
    r"""As tmux's parser reads it back exactly: in double quotes, odd bytes as `\ooo`.

    A raw 0xff would be read as the end of the input, a raw newline as the end of the command, and
    a `~` in front becomes somebody's home even in quotes.
    """
    raw = as_bytes(argument)
    if b"\0" in raw:
        raise BadInput("tmux takes no argument with a NUL byte in it")
    return b'"%b"' % SPECIAL.sub(lambda found: ESCAPES[found[0]], raw)


def as_bytes(text: Argument) -> bytes:
    """As UTF-8, and what a file name has of other bytes as those bytes."""
    if isinstance(text, bytes):
        return text
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        raise BadInput("half of a character (a lone surrogate) is no text") from None


def command_line(command: Command) -> bytes:
    """One command on one line. `;` separates nothing in here, and no empty line can arise."""
    return b" ".join(map(quote, command)) + b"\n"


def literal(text: str) -> str:
    """Text for where tmux expands formats (`-s`, `-n`, `-c`): there `#(...)` would run a shell.

    Every `#` is doubled, except a run of them before `[`, which tmux takes for a style and copies.
    """
    return RUN_OF_HASHES.sub(lambda run: run[0] if run[0][-1] == "[" else run[0] * 2, text)


def literal_for_clock(text: str) -> str:
    """The same for where tmux expands times as well (`pipe-pane`, `display-message`)."""
    return literal(text).replace("%", "%%")
