"""What looks like a secret is not shown when a log is exported or searched. The log keeps it.

The last net, not the first: it knows well-known shapes, and what the user's settings add.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rdvd.ground.errors import BadInput
from rdvd.ground.redaction import GONE, PATTERNS

Span: TypeAlias = tuple[int, int]

# Where there is a first group it is what may be seen: the name in front of the secret.
SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
        r"\bgh[oprsu]_[0-9A-Za-z]{30,}",
        r"\bgithub_pat_[0-9A-Za-z_]{30,}",
        r"\bglpat-[0-9A-Za-z_-]{20,}",
        r"\bsk-[0-9A-Za-z_-]{20,}",
        r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}",
        r"\bAIza[0-9A-Za-z_-]{35}",
        r"\bnpm_[0-9A-Za-z]{36}",
        r"\beyJ[0-9A-Za-z_-]{5,}\.[0-9A-Za-z_-]{5,}\.[0-9A-Za-z_-]{5,}",
        r"(\b[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s:@/]{0,256}:)[^\s@/]{1,256}(?=@)",
        r"(?i)(\b\w{0,64}(?:token|secret|password|passwd|api_?key)\w{0,64}['\"]?\s?[=:]\s?)"
        r"['\"]?[^\s'\"]{6,}",
        r"(?m)^[0-9A-Za-z+/]{64}\r?$",  # a line of a key
        r"(-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----)(?s:.*?)(?=-----END|\Z)",
    )
)
LONGEST_PATTERN = 500
MOST_PATTERNS = 100
MASK = "*"

# What a terminal is told rather than shown; a secret may have colours in its middle.
UNSEEN = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\-~])"
    r"|[\x00-\x08\x0b-\x1f]"
)


class Redactor:
    """Finds secrets by the shapes that are well known and by patterns of the user's."""

    def __init__(self, patterns: Iterable[str] = (), *, well_known: bool = True) -> None:
        self.own = list(patterns)
        own = [_compiled(pattern) for pattern in self.own]
        if len(own) > MOST_PATTERNS:
            raise BadInput(f"there are {len(own)} patterns to redact, over {MOST_PATTERNS}")
        known = [*(pattern for pattern, _ in PATTERNS), *SHAPES] if well_known else []
        self._patterns = [*known, *own]

    def redact(self, text: str) -> str:
        """With a word in the place of every secret."""
        return without(text, self.spans(text))

    def mask(self, output: str) -> tuple[str, int]:
        """Output of a terminal, in which every character of a secret becomes a star.

        And how much of it is certain: what begins there could still grow with more output.
        """
        seen, places = _seen(output)
        cells, certain = list(output), len(output)
        for pattern in self._patterns:
            for begin, start, end in _secrets_in(pattern, seen):
                if end == len(seen):
                    certain = min(certain, places[begin])
                for index in range(start, end):
                    if seen[index] not in "\r\n":
                        cells[places[index]] = MASK
        return "".join(cells), certain

    def spans(self, text: str) -> Sequence[Span]:
        """Where secrets are, in order, none touching another."""
        found = sorted(
            (start, end)
            for pattern in self._patterns
            for _, start, end in _secrets_in(pattern, text)
        )
        joined: list[Span] = []
        for start, end in found:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined


def without(text: str, spans: Iterable[Span]) -> str:
    parts, position = list[str](), 0
    for start, end in spans:
        parts += (text[position:start], GONE)
        position = end
    return "".join([*parts, text[position:]])


def _secrets_in(pattern: re.Pattern[str], text: str) -> Iterable[tuple[int, int, int]]:
    """Where each match begins, where the secret in it begins, and where it ends."""
    for match in pattern.finditer(text):
        start = match.end(1) if pattern.groups and match.end(1) >= 0 else match.start()
        if match.end() > start:
            yield match.start(), start, match.end()


def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > LONGEST_PATTERN:
        raise BadInput(f"a pattern to redact is longer than {LONGEST_PATTERN} characters")
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadInput(f"to redact: {pattern!r} is no regular expression: {error}") from error


def _seen(output: str) -> tuple[str, Sequence[int]]:
    """The text without what is not shown, and where each of its characters stands in the output."""
    parts, places, position = list[str](), list[int](), 0
    for match in UNSEEN.finditer(output):
        parts.append(output[position : match.start()])
        places += range(position, match.start())
        position = match.end()
    parts.append(output[position:])
    places += range(position, len(output))
    return "".join(parts), places
