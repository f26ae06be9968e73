"""JSON read by what also reads it for `json`, without that module: it brings regular expressions
and enumerations for its errors, which take a short command half as long as a whole interpreter."""

from _json import make_scanner

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class _Rules:
    """What a scanner wants to know; `json.JSONDecoder` would say the same by default."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(word: str) -> object:
        raise ValueError(f"{word} is no JSON")


# typeshed wants another scanner here; anything with these members will do.
_scan = make_scanner(_Rules)  # pyright: ignore[reportArgumentType]


def parse(text: str) -> Json:
    """The one value in it; ValueError if it is no JSON, or has something behind it."""
    text = text.strip(" \t\r\n")
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("there is no JSON value") from None
    if end != len(text):
        raise ValueError(f"something stands behind the JSON value: {text[end : end + 20]!r}")
    return value
