"""Strict bodies into attrs classes, and what is said about those that are not right."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec
import pytest
from attrs import Factory, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.errors import BadInput
from rdvd.ground.json import build, decode, encode, schemas


@frozen
class Size:
    columns: Annotated[int, msgspec.Meta(ge=1)]
    rows: int = 24


@frozen
class Keys:
    """Types."""

    __wire_tag__: ClassVar[str] = "keys"
    text: Annotated[str, msgspec.Meta(max_length=5)]


@frozen
class Pause:
    __wire_tag__: ClassVar[str] = "pause"
    seconds: float


@frozen
class Script:
    name: str
    steps: list[Keys | Pause] = field(factory=list[Keys | Pause])
    size: Size | None = None
    kind: Literal["a", "b"] = "a"
    named: dict[str, Size] = field(factory=dict[str, Size])
    title: str = Factory(lambda self: self.name.upper(), takes_self=True)


@frozen
class Folder:
    name: str
    children: "list[Folder]" = field(factory=list[Any])
    parent: "Folder | None" = None


@frozen
class CamelThing:
    __wire_case__: ClassVar[str] = "camel"
    project_path: str
    last_seen_at: int = 0


@frozen
class SeedThing:
    __also_camel__: ClassVar[bool] = True
    project_path: str
    auto_start: bool = False


def must_be_even(_: object, __: object, value: int) -> None:
    if value % 2:
        raise ValueError(f"{value} is odd")


@frozen
class Even:
    number: int = field(validator=must_be_even)


def refusal_of(data: object, kind: type = Script) -> str:
    with pytest.raises(BadInput) as caught:
        decode(json.dumps(data).encode(), kind)
    assert caught.value.facts["path"]
    return caught.value.detail


def test_a_body_becomes_frozen_objects_with_the_classes_own_defaults() -> None:
    body = {
        "name": "x",
        "steps": [{"type": "keys", "text": "ls"}, {"type": "pause", "seconds": 1}],
        "size": {"columns": 80},
        "named": {"big": {"columns": 200, "rows": 60}},
    }

    assert decode(json.dumps(body).encode(), Script) == Script(
        "x", [Keys("ls"), Pause(1.0)], Size(80), "a", {"big": Size(200, 60)}, "X"
    )


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"name": "x", "nmae": 1}, "$.nmae: "),
        ({"name": "x", "size": {"columns": 1, "row": 1}}, "$.size.row: "),
        ({"name": "x", "steps": [{"type": "keys", "text": "a", "b": 1}]}, "$.steps[0].b: "),
        ({}, "$.name: "),
        ({"name": 1}, "$.name: "),
        ({"name": "x", "size": {"columns": "80"}}, "$.size.columns: "),
        ({"name": "x", "size": {"columns": 0}}, "$.size.columns: "),
        ({"name": "x", "size": {"columns": 1.5}}, "$.size.columns: "),
        ({"name": "x", "size": {"columns": True}}, "$.size.columns: "),
        ({"name": "x", "kind": "c"}, "$.kind: "),
        ({"name": "x", "steps": [{"type": "walk"}]}, "$.steps[0].type: "),
        ({"name": "x", "steps": [{"text": "a"}]}, "$.steps[0].type: "),
        ({"name": "x", "steps": [{"type": "keys", "text": "123456"}]}, "$.steps[0].text: "),
        ({"name": "x", "named": {"a": {"rows": 1}}}, "$.named[...].columns: "),
        ([], "$: "),
        (None, "$: "),
    ],
)
def test_what_is_wrong_is_named_with_its_path(body: object, path: str) -> None:
    assert refusal_of(body).startswith(path)


@pytest.mark.parametrize("data", [b"", b"{", b'"\xff"', b'{"name": "\\ud800"}', b"[" * 100_000])
def test_what_is_no_json_is_bad_input(data: bytes) -> None:
    with pytest.raises(BadInput):
        decode(data, Script)


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"projectPath":' * 50_000, b"\xff"])
def test_also_where_camel_case_is_taken(data: bytes) -> None:
    with pytest.raises(BadInput):
        decode(data, SeedThing)


def test_a_validator_says_no_with_the_path() -> None:
    assert decode(b'{"number": 2}', Even) == Even(2)
    assert refusal_of({"number": 3}, Even) == "$: 3 is odd"


def test_a_class_may_contain_itself() -> None:
    body = {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}]}

    assert decode(json.dumps(body).encode(), Folder) == Folder("a", [Folder("b", [Folder("c")])])
    assert refusal_of({"name": "a", "children": [{"name": "b", "x": 1}]}, Folder) == (
        "$.children[0].x: Object contains unknown field `x`"
    )


def test_a_class_may_have_camel_case_both_ways() -> None:
    thing = CamelThing("/x", 5)

    assert encode(thing) == b'{"projectPath":"/x","lastSeenAt":5}'
    assert decode(encode(thing), CamelThing) == thing
    assert refusal_of({"projectPath": 1}, CamelThing).startswith("$.projectPath: ")


def test_a_body_of_the_seed_may_use_either_spelling_but_not_both() -> None:
    assert decode(b'{"projectPath": "/x", "auto_start": true}', SeedThing) == SeedThing("/x", True)
    assert "twice" in refusal_of({"projectPath": "a", "project_path": "b"}, SeedThing)
    assert encode(SeedThing("/x")) == b'{"project_path":"/x","auto_start":false}'


def test_text_of_a_query_is_read_as_numbers_and_booleans() -> None:
    assert build({"columns": "80"}, Size, from_text=True) == Size(80)
    with pytest.raises(BadInput):
        build({"columns": "80"}, Size)


def test_values_are_encoded_with_their_tags() -> None:
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert encode({"at": at, "steps": (Keys("a"), Pause(1.5))}) == (
        b'{"at":"2026-11-21T12:00:00Z","steps":[{"type":"keys","text":"a"},'
        b'{"type":"pause","seconds":1.5}]}'
    )


def test_schemas_refuse_unknown_members_and_dangle_nowhere() -> None:
    found, components = schemas([Script, Folder, list[Size]])

    assert found[0] == {"$ref": "#/components/schemas/Script"}
    assert components.keys() >= {"Script", "Folder", "Size", "Keys", "Pause"}
    assert all(each["additionalProperties"] is False for each in components.values())
    assert components["Size"]["properties"]["columns"] == {"type": "integer", "minimum": 1}


keys = st.builds(Keys, st.text(max_size=5))
pauses = st.builds(Pause, st.floats(allow_nan=False, allow_infinity=False))
sizes = st.builds(Size, st.integers(1, 2**63), st.integers(-(2**63), 2**63))
scripts = st.builds(
    Script,
    st.text(),
    st.lists(keys | pauses, max_size=4),
    st.none() | sizes,
    st.sampled_from(["a", "b"]),
    st.dictionaries(st.text(), sizes, max_size=3),
    st.text(),
)


@given(scripts)
def test_what_is_encoded_decodes_to_the_same(script: Script) -> None:
    assert decode(encode(script), Script) == script


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "steps", "size", "type", "columns", "text", "x"]), inner
        )
    ),
)


@given(json_values)
def test_any_json_is_taken_or_refused_and_nothing_else(value: object) -> None:
    refusals = list[BadInput]()
    try:
        decode(json.dumps(value).encode(), Script)
    except BadInput as refusal:
        refusals.append(refusal)

    assert all(refusal.detail.startswith("$") for refusal in refusals)
