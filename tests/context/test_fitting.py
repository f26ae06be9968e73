from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from rdvd.context.fitting import fit, size_of

NAMES = ["children", "sessions", "project", "knowledge"]
SECTIONS = st.fixed_dictionaries(
    {
        "folder": st.text(max_size=20),
        "children": st.lists(st.text(max_size=30), max_size=6),
        "sessions": st.lists(st.dictionaries(st.text(), st.integers(), max_size=2), max_size=6),
        "project": st.none() | st.dictionaries(st.text(), st.text(), max_size=3),
        "knowledge": st.lists(st.text(max_size=30), max_size=6),
    }
)


@given(SECTIONS, st.integers(0, 600))
def test_it_fits_if_it_can_and_nothing_is_cut_without_being_told(
    sections: dict[str, Any], most: int
) -> None:
    fitted = fit(sections, NAMES, most)
    empty: dict[str, Any] = {
        **sections,
        "children": [],
        "sessions": [],
        "project": None,
        "knowledge": [],
    }
    assert size_of(fitted.sections) <= max(most, size_of(empty))
    for name, value in sections.items():
        after = fitted.sections[name]
        if isinstance(value, list):
            before, kept = cast(list[Any], value), cast(list[Any], after)
            assert before[: len(kept)] == kept
            assert fitted.left_out.get(name, 0) == len(before) - len(kept)
        else:
            assert (after == value) == (name not in fitted.left_out)


@given(SECTIONS)
def test_what_fits_is_left_alone(sections: dict[str, Any]) -> None:
    fitted = fit(sections, NAMES, size_of(sections))
    assert (fitted.sections, fitted.left_out) == (sections, {})


@given(SECTIONS, st.integers(0, 600))
def test_what_matters_more_is_cut_only_when_all_that_matters_less_is_gone(
    sections: dict[str, Any], most: int
) -> None:
    fitted = fit(sections, NAMES, most)
    cut = [name for name in NAMES if name in fitted.left_out]
    for name in cut[:-1]:
        assert not fitted.sections[name]
