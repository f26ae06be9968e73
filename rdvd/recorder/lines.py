"""The words of the control socket. Pure.

One line is one message: words with a space between them; in a word every byte but those of names
and numbers is written as %XX, so that no argument can be taken for two, or for the end of a line.
"""

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,")
_HEX = frozenset(b"0123456789abcdef")
LONGEST = 4_096


class MalformedLine(ValueError):
    """No message of ours looks like this."""


def write_line(*words: str | int) -> bytes:
    """`%` alone stands for the empty word."""
    return b" ".join(_escape(str(word)) for word in words) + b"\n"


def split_lines(buffer: bytes) -> tuple[list[list[str]], bytes]:
    """The messages in what has arrived so far, and the begun one at its end."""
    *lines, rest = buffer.split(b"\n")
    if len(rest) > LONGEST:
        raise MalformedLine(f"a line of more than {LONGEST} bytes")
    return [read_line(line) for line in lines], rest


def read_line(line: bytes) -> list[str]:
    return [_unescape(word) for word in line.split(b" ")]


def _escape(word: str) -> bytes:
    raw = word.encode("utf-8", "surrogateescape")
    return b"".join(b"%c" % c if c in _PLAIN else b"%%%02x" % c for c in raw) or b"%"


def _unescape(word: bytes) -> str:
    if word == b"%":
        return ""
    first, *others = word.split(b"%")
    if not word or not _PLAIN.issuperset(first):
        raise MalformedLine("a word has a byte that must be escaped, or none at all")
    raw = first
    for other in others:
        digits, plain = other[:2], other[2:]
        if len(digits) != 2 or not _HEX.issuperset(digits) or not _PLAIN.issuperset(plain):
            raise MalformedLine("a word has a broken escape")
        raw += bytes.fromhex(digits.decode()) + plain
    return raw.decode("utf-8", "surrogateescape")
