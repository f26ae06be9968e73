"""Careful looks into data of which only the file's owner knows the shape. Pure."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, cast

from .types import Words

MOST_NAMES = 200
LONGEST_NAME = 200
MOST_DOTS = 1_000  # in one line
# The name in front of a version, extra or condition: "quart[dotenv]>=0.19; python_version>'3'".
REQUIREMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def toml(text: str | None) -> dict[str, Any]:
    """Nothing of what is no TOML, or was written to keep whoever reads it busy."""
    if any(line.count(".") > MOST_DOTS for line in (text or "").splitlines()):
        return {}  # a name of so many parts takes time that grows with their square
    try:
        return tomllib.loads(text or "")
    except (ValueError, RecursionError):
        return {}


def mapping(holder: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """What lies under these keys, one below the other, if it is an object."""
    found: Any = holder
    for key in keys:
        found = cast(dict[str, Any], found).get(key) if isinstance(found, dict) else None
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def text_of(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def words(value: Any) -> Words:
    """The strings in it, if it is a list."""
    listed = cast(list[Any], value) if isinstance(value, list) else []
    return tuple(each[:LONGEST_NAME] for each in listed[:MOST_NAMES] if isinstance(each, str))


def names(holder: Mapping[str, Any]) -> Words:
    return tuple(name[:LONGEST_NAME] for name in list(holder)[:MOST_NAMES])


def required(value: Any) -> Words:
    """The names of packages in a list of requirements."""
    found = (REQUIREMENT.match(each.strip()) for each in words(value))
    return tuple(each[0].lower().replace("_", "-") for each in found if each)


def picked(table: Mapping[str, str], present: Any) -> Words:
    """What the table calls those of its keys that are present."""
    return tuple(dict.fromkeys(name for key, name in table.items() if key in present))
