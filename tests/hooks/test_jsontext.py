import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.hooks.jsontext import BadJson, Part, parse, with_item, with_member, without

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
GAPS = st.sampled_from(
    ["", " ", "\n", "\r\n  ", "\t", ' // a remark, with { and "\n', "/* one\n } */", "\n\n    "]
)


@st.composite
def written(draw: st.DrawFn, values: st.SearchStrategy[Any] = VALUES) -> str:
    """JSON as people write it: gaps and remarks anywhere, now and then a comma too many."""

    def write(value: Any) -> str:
        def gap() -> str:
            return draw(GAPS)

        if isinstance(value, dict):
            members = cast(dict[str, Any], value).items()
            inner = [f"{json.dumps(key)}{gap()}:{gap()}{write(each)}" for key, each in members]
        elif isinstance(value, list):
            inner = [write(each) for each in cast(list[Any], value)]
        else:
            return json.dumps(value, ensure_ascii=draw(st.booleans()))
        comma = "," if inner and draw(st.booleans()) else ""
        open_, close = "{}" if isinstance(value, dict) else "[]"
        return open_ + gap() + f"{gap()},{gap()}".join(inner) + gap() + comma + gap() + close

    return draw(GAPS) + write(draw(values)) + draw(GAPS)


def objects(part: Part) -> list[Part]:
    found = [part] if isinstance(part.value, dict) else []
    return found + [each for child in part.children for each in objects(child)]


@given(VALUES)
def test_what_json_writes_is_read_as_json_reads_it(value: Any) -> None:
    assert parse(json.dumps(value, indent=1)).value == json.loads(json.dumps(value))


@given(written())
def test_every_part_stands_where_it_says(text: str) -> None:
    def check(part: Part) -> None:
        assert parse(text[part.start : part.end]).value == part.value
        for child in part.children:
            check(child)

    check(parse(text))


@given(written(), VALUES, st.data())
def test_adding_changes_nothing_else_and_removing_it_gives_back_every_byte(
    text: str, value: Any, data: st.DataObject
) -> None:
    root = parse(text)
    holders = [each for each in objects(root) if "ours" not in each.keys]
    if not holders:
        return
    chosen = data.draw(st.integers(0, len(holders) - 1))
    longer = with_member(text, holders[chosen], "ours", value)
    again = next(each for each in objects(parse(longer)) if each.start == holders[chosen].start)
    assert again.value == {**holders[chosen].value, "ours": json.loads(json.dumps(value))}
    added = again.get("ours")
    assert added is not None
    assert without(longer, again, added) == text


@given(written(st.lists(VALUES, max_size=4)), VALUES)
def test_an_item_comes_last_and_goes_without_a_trace(text: str, value: Any) -> None:
    longer = with_item(text, parse(text), value)
    again = parse(longer)
    assert again.value == [*parse(text).value, json.loads(json.dumps(value))]
    assert without(longer, again, again.children[-1]) == text


@given(written(st.lists(VALUES, min_size=1, max_size=4)), st.data())
def test_whichever_item_is_taken_out_the_others_and_all_remarks_stay(
    text: str, data: st.DataObject
) -> None:
    root = parse(text)
    at = data.draw(st.integers(0, len(root.children) - 1))
    shorter = without(text, root, root.children[at])
    assert parse(shorter).value == root.value[:at] + root.value[at + 1 :]
    child = root.children[at]
    outside = text[: child.start] + text[child.end :]
    assert shorter.count("a remark") == outside.count("a remark")


@pytest.mark.parametrize(
    "text", ["", "{", "[1 2]", '{"a" 1}', "{1: 2}", "{} x", "[,]", '"\n"', "/* no end", "nul"]
)
def test_what_is_no_json_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadJson, match=r"line \d+, column \d+: "):
        parse(text)


def test_depth_has_an_end() -> None:
    with pytest.raises(BadJson, match="levels deep"):
        parse("[" * 100_000)


def test_of_two_members_of_one_name_the_last_counts() -> None:
    found = parse('{"a": 1, "a": 2}').get("a")
    assert found is not None
    assert found.value == 2


def test_what_is_added_looks_like_what_is_there() -> None:
    text = '{\n    "model": "x"\n}\n'
    assert with_member(text, parse(text), "b", {"c": []}) == (
        '{\n    "model": "x",\n    "b": {\n      "c": []\n    }\n}\n'
    )
    inline = '{"a": 1}'
    assert with_member(inline, parse(inline), "b", [2]) == '{"a": 1, "b": [2]}'
