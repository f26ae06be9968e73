"""One value: what is allowed, whether this is, and how it is written down."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from rdvd.config.types import Key
from rdvd.ground.errors import BadInput
from rdvd.ground.places import expand_home

NAMES = {str: "a text", int: "a whole number", float: "a number", Path: "a path"}


def allowed(key: Key) -> str:
    """In words: `a whole number from 1 to 10`."""
    about = key.about
    if about.choices:
        return "one of " + ", ".join(f'"{choice}"' for choice in about.choices)
    if key.kind == tuple[str, ...]:
        what = "regular expressions" if about.is_expression else "texts"
        many = "" if about.high is None else f"at most {about.high:,} "
        return f'a list of {many}{what} such as "{about.such_as}"'
    if key.kind is Path:
        return "a path that begins with / or ~/"
    if about.such_as:
        return f'a text such as "{about.such_as}"'
    return NAMES[key.kind] + _bounds(key)


def from_toml(key: Key, value: object, environ: Mapping[str, str]) -> Any:
    """The value as the program uses it, or BadInput with what is allowed."""
    accepted = _accept(key, value, environ)
    if accepted is None:
        raise BadInput(f"{key.dotted} is {as_toml(value)}; allowed is {allowed(key)}")
    return accepted


def from_text(key: Key, text: str, environ: Mapping[str, str]) -> Any:
    """The same for a variable of the environment; the members of a list are parted by commas."""
    value: object = text
    if key.kind == tuple[str, ...]:
        value = [part.strip() for part in text.split(",") if part.strip()]
    elif key.kind in {int, float}:
        value = _number(text)
    return from_toml(key, text if value is None else value, environ)


def as_toml(value: object) -> str:
    """What tomllib reads back as the same value."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case list() | tuple():
            return f"[{', '.join(as_toml(one) for one in value)}]"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _:
            # JSON's texts are TOML's, but for DEL, which JSON leaves as it is.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def as_json(value: object) -> Any:
    """What JSON has for it."""
    match value:
        case Path():
            return str(value)
        case tuple():
            return list(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _:
            return value


def _accept(key: Key, value: object, environ: Mapping[str, str]) -> Any:
    match value:
        case str() if key.kind is Path:
            path = expand_home(value, environ)
            return path if path.is_absolute() and "\0" not in value else None
        case str() if key.kind is str:
            return value if value in key.about.choices or _is_like(key, value) else None
        case list() if key.kind == tuple[str, ...]:
            several = cast(list[object], value)
            fits = _is_within(key, len(several)) and all(_fits(key, one) for one in several)
            return tuple(several) if fits else None
        case bool():
            return None  # Python takes it for a number; people do not
        case int() | float() if key.kind is float or (key.kind is int and isinstance(value, int)):
            return key.kind(value) if _is_within(key, value) else None
        case _:
            return None


def _is_like(key: Key, text: str) -> bool:
    pattern = key.about.pattern
    return pattern is not None and re.fullmatch(pattern, text) is not None


def _fits(key: Key, one: object) -> bool:
    if not isinstance(one, str) or re.fullmatch(key.about.pattern or ".*", one) is None:
        return False
    return not key.about.is_expression or _is_expression(one)


def _is_expression(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _is_within(key: Key, value: float) -> bool:
    low, high = key.about.low, key.about.high
    return (low is None or low <= value) and (high is None or value <= high)


def _bounds(key: Key) -> str:
    low, high = key.about.low, key.about.high
    return "" if low is None or high is None else f" from {low:,} to {high:,}"


def _number(text: str) -> float | None:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else None
    return None
