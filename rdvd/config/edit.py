"""One setting changed in the text of a file: every byte outside of its line stays what it was.

What cannot be done so is refused: the file says the same as before but for this one setting, or
nothing is changed.
"""

import re
import tomllib
from typing import Any

from rdvd.config.lines import HEADER, lines_of
from rdvd.config.types import Key
from rdvd.ground.errors import Conflict

ASSIGNED = re.compile(r"(\s*[\w-]+(?:\s*\.\s*[\w-]+)?\s*=\s*)(.*)", re.DOTALL)
Document = dict[str, Any]


def with_setting(text: str, key: Key, value: str) -> str:
    """`value` is TOML."""
    lines, number = text.split("\n"), lines_of(text).get(key.dotted)
    if number is not None:
        before, after = _around_value(lines[number - 1], key)
        lines[number - 1] = f"{before}{value}{after}"
        draft = "\n".join(lines)
    else:
        draft = _with_line(lines, text, key, f"{key.name} = {value}")
    return _verified(text, draft, key, {key.name: tomllib.loads(f"x = {value}")["x"]})


def without_setting(text: str, key: Key) -> str:
    lines, number = text.split("\n"), lines_of(text).get(key.dotted)
    if number is not None:
        _around_value(lines[number - 1], key)  # or it would not end there
        del lines[number - 1]
    return _verified(text, "\n".join(lines), key, {})


def _with_line(lines: list[str], text: str, key: Key, line: str) -> str:
    """Below the section's header; a section that is not there yet goes to the end."""
    number = lines_of(text).get(key.section)
    if number is not None and HEADER.match(lines[number - 1]):
        ending = "\r" if lines[number - 1].endswith("\r") else ""
        return "\n".join([*lines[:number], line + ending, *lines[number:]])
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}[{key.section}]\n{line}\n"


def _around_value(line: str, key: Key) -> tuple[str, str]:
    """What stands before the value, and what follows it, such as a comment."""
    found = ASSIGNED.match(line)
    rest = found[2] if found else ""
    for end in [*(at for at, letter in enumerate(rest) if letter == "#"), len(rest)]:
        value = rest[:end].rstrip()
        if found and _is_value(value):
            return found[1], rest[len(value) :]
    raise _by_hand(key, "its value goes over several lines")


def _is_value(text: str) -> bool:
    try:
        return "x" in tomllib.loads(f"x = {text}")
    except tomllib.TOMLDecodeError:
        return False


def _verified(text: str, draft: str, key: Key, setting: Document) -> str:
    try:
        before, after = tomllib.loads(text), tomllib.loads(draft)
    except tomllib.TOMLDecodeError as error:
        raise _by_hand(key, f"that would be no TOML: {error}") from error
    others = {name: one for name, one in before.get(key.section, {}).items() if name != key.name}
    if _filled(after) != _filled({**before, key.section: others | setting}):
        raise _by_hand(key, "it is written in a way that this program does not change")
    return draft


def _filled(document: Document) -> Document:
    return {name: section for name, section in document.items() if section != {}}


def _by_hand(key: Key, why: str) -> Conflict:
    return Conflict(f"{key.dotted}: {why}; change it by hand", code="CHANGE_BY_HAND")
