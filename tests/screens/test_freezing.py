"""A frozen emulator goes on as if it had never been frozen."""

import itertools
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.screens import BadFrame, Emulator, freeze, thaw

from .capture import ours
from .outputs import outputs


@given(before=outputs(), after=outputs(), size=st.tuples(st.integers(2, 40), st.integers(1, 12)))
@settings(max_examples=60, deadline=None)
def test_a_thawed_emulator_goes_on_as_the_one_that_was_frozen(
    before: bytes, after: bytes, size: tuple[int, int]
):
    emulator = Emulator(20, 6, history=30)
    emulator.feed(before)
    thawed = thaw(freeze(emulator))

    for each in (emulator, thawed):
        each.resize(*size)
        each.feed(after)

    assert ours(emulator.display) == ours(thawed.display)
    assert freeze(emulator) == freeze(thawed)


@given(output=outputs(40), cuts=st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=50, deadline=None)
def test_output_may_be_cut_anywhere(output: bytes, cuts: list[int]):
    whole, pieces = Emulator(20, 6), Emulator(20, 6)
    places = sorted({0, len(output), *(cut for cut in cuts if cut < len(output))})

    whole.feed(output)
    for start, end in itertools.pairwise(places):
        pieces.feed(output[start:end])

    assert ours(whole.display) == ours(pieces.display)


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", zlib.compress(b"\x00"), zlib.compress(b"\x91\x63")]
)
def test_what_is_no_frozen_emulator_is_refused(data: bytes):
    with pytest.raises(BadFrame):
        thaw(data)


@pytest.mark.parametrize(
    "opening", [b"\x1b]0;", b"\x1bP", b"\x1b_", b"\x1b[", b"\x1b[1;", b"\x1b(", b"\xf0\x9f", b"e"]
)
def test_what_never_ends_takes_no_memory(opening: bytes):
    emulator = Emulator(20, 6)
    emulator.feed(opening)
    small = len(freeze(emulator))

    for filling in (b"1;" * 200_000, b"\xcc\x81" * 200_000):
        emulator.feed(filling)

    assert len(freeze(emulator)) < small + 2_000
