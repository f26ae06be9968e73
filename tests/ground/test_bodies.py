"""A member that is given twice: one reader believes the first, another the last."""

import json
from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.bodies import parse_body
from rdvd.ground.errors import BadInput


@frozen
class Size:
    columns: int = 80
    rows: int = 24


@frozen
class Order:
    name: str = ""
    size: Size | None = None
    steps: list[Size] = field(factory=list[Size])
    named: dict[str, str] = field(factory=dict[str, str])
    free: Any = None


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"name": "a", "name": "b"}', "$.name"),
        (b'{"name": "a", "name": "a"}', "$.name"),
        (b'{"name": "a", "n\\u0061me" : "b"}', "$.name"),
        (b'{"size": {"rows": 1, "columns": 2, "rows": 3}}', "$.size.rows"),
        (b'{"steps": [{"rows": 1}, {"rows": 1, "rows": 2}]}', "$.steps[1].rows"),
        (b'{"named": {"a": "b", "a": "b"}}', "$.named.a"),
        (b'{"named": {"\\"": "b", "\\"": "b"}}', '$.named."'),
        (b'{"free": [[{"x": {"y": 1, "y": 2}}]]}', "$.free[0][0].x.y"),
    ],
)
def test_a_member_given_twice_is_refused_by_name_and_path(body: bytes, path: str):
    with pytest.raises(BadInput) as refusal:
        parse_body("application/json", body, Order)

    assert refusal.value.detail == f"{path}: given more than once"
    assert refusal.value.facts["path"] == path


@pytest.mark.parametrize(
    "body",
    [
        b'{"steps": [{"rows": 1}, {"rows": 2}], "size": {"rows": 3}}',
        b'{"name": "rows", "named": {"a": "a", "b": "a"}}',
        b'{"named": {"a\\\\": "\\"a\\": ", "a": "x"}}',
        b'{"free": [1e30, 123456789012345678901234567890, "a", {"name": {"name": 1}}]}',
        b'{"named": {"": "x", " ": "y"}, "name": "\\"name\\": 1, \\"name\\": 2"}',
    ],
)
def test_what_only_looks_like_a_repetition_is_taken(body: bytes):
    assert isinstance(parse_body("application/json", body, Order), Order)


NAMES = st.text(max_size=3) | st.sampled_from(["a", '"', "\\", '":', "\\u0061"])
VALUES = st.recursive(
    st.none() | st.integers(-9, 9) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(NAMES, inner), max_size=3).map(
        lambda members: ("object", members)
    ),
    max_leaves=12,
)  # fmt: skip


@given(VALUES, st.booleans())
def test_it_agrees_with_a_reader_that_looks_at_every_object(value: object, is_ascii: bool):
    body = b'{"free": %s}' % _written(value, is_ascii).encode("utf-8", "replace")

    if _repeats(value):
        with pytest.raises(BadInput, match="given more than once"):
            parse_body("application/json", body, Order)
    else:
        parse_body("application/json", body, Order)


def _written(value: Any, is_ascii: bool) -> str:
    match value:
        case ("object", members):
            inner = (
                f"{json.dumps(name, ensure_ascii=is_ascii)} : {_written(each, is_ascii)}"
                for name, each in members
            )
            return "{" + ", ".join(inner) + "}"
        case [*several]:
            return "[" + ",".join(_written(each, is_ascii) for each in several) + "]"
        case _:
            return json.dumps(value, ensure_ascii=is_ascii)


def _repeats(value: Any) -> bool:
    match value:
        case ("object", members):
            names = [name for name, _ in members]
            return len(set(names)) < len(names) or any(_repeats(each) for _, each in members)
        case [*several]:
            return any(_repeats(each) for each in several)
        case _:
            return False


@pytest.mark.parametrize("depth", [150, 900, 5_000, 100_000])
def test_depth_is_a_refusal_and_never_a_fault(depth: int):
    inner = b'{"a":' * depth + b'{"b": 1, "b": 2}' + b"}" * depth

    with pytest.raises(BadInput, match=r"given more than once|nested too deeply"):
        parse_body("application/json", b'{"free": ' + inner + b"}", Order)
