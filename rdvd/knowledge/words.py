"""The words of an item that can be searched, and a search as the index takes it. Pure."""

import re
from collections.abc import Iterable
from typing import Any, cast

from attrs import asdict

from .types import Content, Convention, Pattern, Skill, Tool

WORD = re.compile(r"\w+")
MOST_WORDS = 32
MARKS = ("[", "]")


def title_of(content: Content) -> str:
    match content:
        case (
            Convention(category=title) | Pattern(type=title) | Skill(name=title) | Tool(name=title)
        ):
            return title


def body_of(content: Content) -> str:
    """Every text in it, a line each."""
    return "\n".join(_texts(asdict(content)))


def query_of(text: str) -> str | None:
    """Items with words that begin like each of these, in any order; None if there is no word.

    Quoted, so that nothing in it is an operator of the index.
    """
    found = WORD.findall(text)[:MOST_WORDS]
    return " ".join(f'"{word}"*' for word in found) or None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner: Iterable[Any] = ()
    if isinstance(value, dict):
        inner = cast(dict[str, Any], value).values()
    elif isinstance(value, list):
        inner = cast(list[Any], value)
    return [text for each in inner for text in _texts(each)]
