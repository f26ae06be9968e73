"""Takes secrets out of what is about to be written. The last net, not the first: better not log."""

import math
import re
from collections.abc import Mapping
from typing import Any

GONE = "[redacted]"
LONGEST = 32_768  # characters of one text; a log line is no place for a whole file
DEEPEST = 6

HEADERS = r"authorization|proxy-authorization|x-rdv-service-token|x-rdv-token|x-api-key"
# Between name and value: HTTP, a dict, a tuple of bytes, JSON. The b of b'...', not of Bearer.
GAP = r"['\"]?\s*[:=,]\s*(?:b(?=['\"]))?"
QUOTED = r"'[^']*'|\"[^\"]*\""
PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(?i)((?:set-)?cookie{GAP})(?:{QUOTED}|[^\r\n]+)"), rf"\1{GONE}"),
    (
        re.compile(
            rf"(?i)((?:{HEADERS}){GAP})"
            rf"(?:{QUOTED}|['\"]?(?:(?:bearer|basic|token)\s+)?[^\s'\",;)\]}}]+)"
        ),
        rf"\1{GONE}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)(?:\s|%20|\+)+[^\s'\",;)\]}]+"), rf"\1 {GONE}"),
    # One digit or capital tells a token from a name such as rdv_api_requests.
    (re.compile(r"(rdv_[a-z]{2,8}_)(?=[a-z]*[0-9A-Z])[0-9A-Za-z]{6,}"), rf"\1{GONE}"),
    (re.compile(r"(?<![\w+/=-])[\w+/-]{43}=(?!=)"), GONE),  # base64 of 32 bytes
    (
        re.compile(
            r"(?i)([?&](?:token|ticket|access_token|api_key|key|secret|password)=)[^&\s'\"]+"
        ),
        rf"\1{GONE}",
    ),
)
# Every pattern needs one of these in the text, in whatever case: most texts have none of them.
CLUES = ("cookie", "authorization", "x-rdv-", "x-api-key", "bearer", "basic", "rdv_", "=")
SECRET_NAME = re.compile(
    r"(?i)(?:.*[_-])?(?:token|secret|password|passphrase|authorization|cookie|credential|ticket"
    r"|api[_-]?key)s?"
)


def redact(text: str) -> str:
    if _may_hold_a_secret(text):
        for pattern, replacement in PATTERNS:
            text = pattern.sub(replacement, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def _may_hold_a_secret(text: str) -> bool:
    """Outside of ASCII there are letters that only the patterns take for one of ours."""
    if not text.isascii():
        return True
    lowered = text.lower()
    return any(clue in lowered for clue in CLUES)


def redact_member(name: str, value: Any) -> Any:
    """The value of a member whose name may already say that it is secret."""
    if SECRET_NAME.fullmatch(name) and not isinstance(value, bool | int | float | None):
        return GONE
    return redact_all(value)


def redact_all(value: Any) -> Any:
    """The same for what `plain` has made: keys are written too, so they are redacted too."""
    match value:
        case str():
            return redact(value)
        case list():
            return [redact_all(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {redact(key): redact_member(key, one) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _:
            return value


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """What JSON can hold, as it is now: whoever logged it may change it before it is written."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)  # JSON has no word for it
        case None | bool() | int() | float() | str():
            return value
        case Mapping() if depth:
            return {str(key): plain(one, depth - 1) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case list() | tuple() | set() | frozenset() if depth:
            return [plain(one, depth - 1) for one in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return str(value)
