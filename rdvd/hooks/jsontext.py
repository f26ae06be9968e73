"""JSON as a text of which one part changes and no other byte does. Pure.

It takes what the agents take: comments, a comma behind the last member, a byte order mark.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from attrs import frozen

from rdvd.ground.errors import Problem

SPACE = re.compile(r"(?:[ \t\r\n\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
INDENT = re.compile(r"\n([ \t]*)[^\n]*\Z")
DEEPEST = 100
ONE_LEVEL = "  "
SCALAR = json.JSONDecoder()


class BadJson(Problem):
    """Where, and what is wrong there."""

    status = 409
    title = "A file is not JSON"
    code = "BAD_JSON"


@frozen
class Part:
    """A value, and where it stands: `text[start:end]`."""

    start: int
    end: int
    value: Any  # of an object or a list too, as json would read it
    children: tuple["Part", ...] = ()  # the values inside, in order
    keys: tuple[str, ...] = ()  # their names, in an object
    openings: tuple[int, ...] = ()  # where each begins: the name of a member, else the value

    def get(self, key: str) -> "Part | None":
        """The last one of this name, which is the one that a reader takes."""
        found = [
            child for name, child in zip(self.keys, self.children, strict=False) if name == key
        ]
        return found[-1] if found else None


def parse(text: str) -> Part:
    part = _value(text, _skip(text, 0), 0)
    end = _skip(text, part.end)
    if end != len(text):
        raise _bad(text, end, "there is more behind the end")
    return part


def with_member(text: str, holder: Part, key: str, value: Any) -> str:
    """The text with a last member more."""
    return _with_last(text, holder, value, f"{json.dumps(key)}: ")


def with_item(text: str, holder: Part, value: Any) -> str:
    """The text with a last item more."""
    return _with_last(text, holder, value, "")


def without(text: str, holder: Part, child: Part) -> str:
    """The text without one of the values in `holder`: the very reverse of adding it.

    Remarks of the user's around it stay.
    """
    at, after = holder.children.index(child), _skip(text, child.end)
    if at > 0:
        comma = _skip(text, holder.children[at - 1].end)
        return text[:comma] + _remarks(text[comma + 1 : holder.openings[at]]) + text[child.end :]
    before, behind = text[: holder.openings[0]], text[child.end :]
    if text[after] == ",":
        behind = _remarks(text[child.end : after]) + text[after + 1 :]
    if len(holder.children) > 1:
        following = text[after + 1 : holder.openings[1]]
        behind = _remarks(text[child.end : after] + following) + text[holder.openings[1] :]
        return before + behind
    return text[: holder.start + 1] + _remarks(before[holder.start + 1 :]) + behind


def _remarks(between: str) -> str:
    return between if "/" in between else ""


def _with_last(text: str, holder: Part, value: Any, name: str) -> str:
    comma, at = (",", holder.children[-1].end) if holder.children else ("", holder.start + 1)
    if holder.children and "\n" not in text[holder.start : holder.openings[0]]:
        return text[:at] + f"{comma} {name}{json.dumps(value)}" + text[at:]
    indent, end_of_line = _indent_in(text, holder), "\r\n" if "\r\n" in text else "\n"
    written = json.dumps(value, indent=ONE_LEVEL).replace("\n", end_of_line + indent)
    return text[:at] + comma + end_of_line + indent + name + written + text[at:]


def _indent_in(text: str, holder: Part) -> str:
    """How far what is in it is indented; where nothing is, one level more than its own line."""
    if holder.children:
        return _indent_at(text, holder.openings[-1])
    return _indent_at(text, holder.start) + ONE_LEVEL


def _indent_at(text: str, position: int) -> str:
    found = INDENT.search("\n" + text[:position])
    return found[1] if found else ""


def _value(text: str, at: int, depth: int) -> Part:
    if depth > DEEPEST:
        raise _bad(text, at, f"it is nested more than {DEEPEST} levels deep")
    if text[at : at + 1] == "{":
        return _object(text, at, depth)
    if text[at : at + 1] == "[":
        openings, items, end = _within(text, at, "]", lambda start: _value(text, start, depth + 1))
        return Part(at, end, [item.value for item in items], items, (), openings)
    try:
        value, end = SCALAR.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _bad(text, error.pos, error.msg) from error
    return Part(at, end, value)


def _object(text: str, at: int, depth: int) -> Part:
    keys = list[str]()

    def member(start: int) -> Part:
        name = _value(text, start, depth + 1)
        colon = _skip(text, name.end)
        if not isinstance(name.value, str) or text[colon : colon + 1] != ":":
            raise _bad(text, start, "a name and a colon were expected here")
        keys.append(name.value)
        return _value(text, _skip(text, colon + 1), depth + 1)

    openings, members, end = _within(text, at, "}", member)
    value = {key: part.value for key, part in zip(keys, members, strict=True)}
    return Part(at, end, value, members, tuple(keys), openings)


def _within(
    text: str, at: int, close: str, read: Callable[[int], Part]
) -> tuple[tuple[int, ...], tuple[Part, ...], int]:
    """What stands between the bracket at `at` and the closing one: where, what, and its end."""
    openings, parts, here = list[int](), list[Part](), _skip(text, at + 1)
    while text[here : here + 1] != close:
        openings.append(here)
        parts.append(read(here))
        here = _skip(text, parts[-1].end)
        if text[here : here + 1] == ",":
            here = _skip(text, here + 1)
        elif text[here : here + 1] != close:
            raise _bad(text, here, f"a comma or {close} was expected here")
    return tuple(openings), tuple(parts), here + 1


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _bad(text: str, at: int, why: str) -> BadJson:
    line = text.count("\n", 0, at) + 1
    return BadJson(f"line {line}, column {at - (text.rfind(chr(10), 0, at))}: {why}")
