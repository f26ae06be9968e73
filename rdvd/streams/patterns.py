"""Paths such as `/ws/terminal/<session_id>`. Pure."""

from collections.abc import Mapping
from urllib.parse import unquote


def match(pattern: str, path: str) -> Mapping[str, str] | None:
    """What the names in the pattern stand for; None if the path is not one of these."""
    expected, found = pattern.split("/"), path.split("/")
    if len(expected) != len(found):
        return None
    pairs = list(zip(expected, map(unquote, found), strict=True))
    if any(not _is_name(name) and name != value for name, value in pairs):
        return None
    named = {name[1:-1]: value for name, value in pairs if _is_name(name)}
    return named if all(named.values()) else None


def _is_name(part: str) -> bool:
    return part.startswith("<") and part.endswith(">")
