"""What the command line reads as JSON is what everybody reads as JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.cli.parsing import Json, parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@settings(deadline=None)  # of the machine's load it says nothing
@given(VALUES, st.booleans(), st.sampled_from(["", " ", "\r\n\t"]))
def test_what_was_written_is_read(value: Json, ascii_only: bool, around: str):
    assert parse(around + json.dumps(value, ensure_ascii=ascii_only) + around) == value


@settings(deadline=None)  # of the machine's load it says nothing
@given(st.text('[]{}:,"\\u0e-+.1 tfn\n\x00', max_size=12))
def test_what_others_refuse_is_refused_and_nothing_else(text: str):
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - for whichever of its reasons
            parse(text)
    else:
        assert parse(text) == expected


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "[NaN]"])
def test_what_only_python_takes_for_json_is_none(word: str):
    with pytest.raises(ValueError, match="is no JSON"):
        parse(word)
