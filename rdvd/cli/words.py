"""Values of the API as words for a terminal."""

from datetime import datetime


def moment(milliseconds: int | None, *, absent: str = "never") -> str:
    """In the time zone of whoever reads it."""
    if milliseconds is None:
        return absent
    return f"{datetime.fromtimestamp(milliseconds / 1000).astimezone():%Y-%m-%d %H:%M:%S}"


def as_word(name: str) -> str:
    """As it is to be typed in a shell behind the words of a command."""
    import shlex  # lazy: not every command names one

    word = shlex.quote(plain(name))
    return f"-- {word}" if word.startswith("-") else word


def plain(text: str | None) -> str:
    """Nothing in it speaks to the terminal: others chose these names."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text or "")
