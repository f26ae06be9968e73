"""Making an answer fit its bound: what matters least is cut first, and told. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from attrs import frozen

from rdvd.ground import json

COMMA = 1


@frozen
class Fitted:
    """`left_out`: how many of each section. A section that is no list is there or is not."""

    sections: Mapping[str, Any]
    left_out: Mapping[str, int]


def fit(sections: Mapping[str, Any], order: Sequence[str], most: int) -> Fitted:
    """`order`: the sections that may be cut, what matters least in front. `most`: in bytes."""
    kept, left_out = dict(sections), dict[str, int]()
    excess = size_of(sections) - most
    for name in order:
        if excess <= 0:
            break
        value = kept.get(name)
        if isinstance(value, list):
            shorter, freed = _shorter(cast(list[Any], value), excess)
            count = len(cast(list[Any], value)) - len(shorter)
        elif value is not None:
            shorter, freed, count = None, size_of(value) - len("null"), 1
        else:
            continue
        excess -= freed
        if count:
            kept[name], left_out[name] = shorter, count
    return Fitted(kept, left_out)


def size_of(value: object) -> int:
    return len(json.encode(value))


def _shorter(items: list[Any], excess: int) -> tuple[list[Any], int]:
    """Without as many of the last ones as it takes, or without any; and how much that frees."""
    freed, length = 0, len(items)
    while length > 0 and freed < excess:
        length -= 1
        freed += size_of(items[length]) + (COMMA if length > 0 else 0)
    return items[:length], freed
