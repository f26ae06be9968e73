"""Members of a JSON object that are given twice: JSON leaves open which of them counts, so that
who checked the body and who acts on it may have read two different ones."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from rdvd.ground.errors import BadInput

# Every text of a body in its order, and behind it the colon that makes it the name of a member.
TEXT = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"\s*+(:?)', re.DOTALL)


class _Members(list[tuple[str, Any]]):
    """An object as it is written."""


def refuse_repeated_members(body: bytes) -> None:
    """Of a body that is known to be JSON. Most repeat no name anywhere, and one look is enough."""
    names = [name for name, colon in TEXT.findall(body) if colon]
    if len(set(names)) == len(names) and not any(b"\\" in name for name in names):
        return
    read: Any = json.loads(body, object_pairs_hook=_Members, parse_int=str, parse_float=str)
    for path in _repeated(read, "$"):
        raise BadInput(f"{path}: given more than once", path=path)


def _repeated(value: object, path: str) -> Iterator[str]:
    if isinstance(value, _Members):
        known = set[str]()
        for name, each in value:
            if name in known:
                yield f"{path}.{name}"
            known.add(name)
            yield from _repeated(each, f"{path}.{name}")
    elif isinstance(value, list):
        for index, each in enumerate(cast(list[object], value)):
            yield from _repeated(each, f"{path}[{index}]")
