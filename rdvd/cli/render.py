"""Answers as text: JSON for programs, tables and trees that fit the terminal for people."""

import os
import sys
from collections.abc import Mapping, Sequence

from rdvd.cli.client import Json
from rdvd.cli.exits import USAGE, Failure

GAP = "  "
LEAST = 8  # characters that a column keeps, or those of its head


def as_json(answer: Json, fields: str) -> str:
    """All of it, or with `fields` (names with commas between) only those of each object."""
    import json  # lazy: a few plain lines do not need it

    if fields:
        answer = _only([name.strip() for name in fields.split(",")], answer)
    return json.dumps(answer, indent=2, ensure_ascii=False)


def as_line(answer: Json, fields: str) -> str:
    """The same in one line, for a stream of them."""
    import json  # lazy: as above

    return json.dumps(json.loads(as_json(answer, fields)), ensure_ascii=False)


def _only(names: Sequence[str], answer: Json) -> Json:
    if isinstance(answer, list):
        return [_only(names, each) for each in answer]
    if not isinstance(answer, dict):
        return answer
    unknown = [name for name in names if name not in answer]
    if unknown:
        has = ", ".join(answer)
        raise Failure(f"no field {', '.join(unknown)}", hint=f"There are: {has}.", code=USAGE)
    return {name: answer[name] for name in names}


def table(rows: Sequence[Mapping[str, str]], *, width: int | None = None) -> str:
    """Columns as wide as they must be. Where the terminal is narrow the widest give way first."""
    if not rows:
        return ""
    names = list(rows[0])
    lines = [[name.upper() for name in names], *([row[name] for name in names] for row in rows)]
    limit = width or room()
    widest = [max(cells(line[column]) for line in lines) for column in range(len(names))]
    widths = shrunk(widest, [max(len(name), LEAST) for name in names], limit)
    return "\n".join(fit(_join(line, widths), limit) for line in lines)


def shrunk(widths: Sequence[int], least: Sequence[int], limit: int) -> list[int]:
    """The widest narrower, none below its least, until they fit with their gaps. Pure."""
    found = list(widths)
    too_much = sum(found) + len(GAP) * (len(found) - 1) - limit
    for _ in range(too_much):
        room_left = [width - low for width, low in zip(found, least, strict=True)]
        may = [column for column, left in enumerate(room_left) if left > 0]
        if not may:
            break
        found[max(may, key=lambda column: found[column])] -= 1
    return found


def facts(pairs: Mapping[str, str]) -> str:
    """One fact a line, values below each other."""
    width = max(len(name) for name in pairs)
    return "\n".join(f"{name.ljust(width)}{GAP}{value}" for name, value in pairs.items())


def room() -> int:
    """How wide a line may be. A file or a pipe has all the room there is."""
    import shutil  # lazy: what is no table needs no width

    is_terminal = sys.stdout.isatty() or "COLUMNS" in os.environ
    return shutil.get_terminal_size().columns if is_terminal else sys.maxsize


def fit(line: str, width: int) -> str:
    if cells(line) <= width:
        return line
    kept = len(line)
    while cells(line[:kept]) > width - 1:
        kept -= 1
    return line[:kept] + "…"


def cells(text: str) -> int:
    """How many columns of a terminal it takes: none, one or two for each character."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width  # lazy: most words are plain

    shown = [each for each in text if category(each) not in {"Mn", "Me", "Cf"}]
    return len(shown) + sum(east_asian_width(each) in {"W", "F"} for each in shown)


def duration(seconds: float) -> str:
    """As a person says it: the two largest units."""
    left = round(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def _join(words: Sequence[str], widths: Sequence[int]) -> str:
    fitted = [(fit(word, width), width) for word, width in zip(words, widths, strict=True)]
    return GAP.join(word + " " * (width - cells(word)) for word, width in fitted).rstrip()
