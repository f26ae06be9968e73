"""How often a terminal is looked at, and when tmux is asked to draw."""

import math

from hypothesis import given
from hypothesis import strategies as st

from rdvd.terminal.pace import (
    AFTERMATH,
    DRAWN_AFTER,
    HURRIED_TICK,
    LONG_TICK,
    LOOKS_OF_A_FLOOD,
    MUCH,
    SHORT_TICK,
    Pace,
)

Look = tuple[int, float, float]
looks = st.lists(st.tuples(st.integers(1, 70_000), st.floats(-LONG_TICK, 10), st.floats(0, 0.1)))


def saw(pace: Pace, size: int, waited: float, now: float) -> float:
    """How long after this look the next one is due."""
    pace.saw(size, waited, now)
    return round(pace.due - now, 6)


def flooded(now: float) -> Pace:
    pace = Pace()
    for _ in range(LOOKS_OF_A_FLOOD):
        pace.saw(300, 0.0, now)
    return pace


def test_the_first_look_is_due_at_once():
    assert Pace().due == -math.inf


def test_after_a_silence_the_next_look_may_come_soon_and_waits_for_something_to_see():
    pace = Pace()

    assert [saw(pace, 1, 0.03, now) for now in (1.0, 2.0, 3.0)] == [SHORT_TICK] * 3
    assert not pace.goes_on


def test_who_prints_without_a_pause_is_looked_at_as_often_as_screens_are_drawn():
    pace = Pace()

    ticks = [saw(pace, 300, 0.0, now) for now in (1.0, 1.008, 1.024, 1.040)]

    assert ticks == [0.008, LONG_TICK, LONG_TICK, LONG_TICK]
    assert pace.goes_on


def test_a_whole_screen_at_once_is_looked_at_like_a_flood_already():
    assert saw(Pace(), MUCH, 1.0, 1.0) == LONG_TICK


def test_a_flood_that_paused_is_looked_at_like_anybody_else():
    pace = flooded(1.0)

    assert saw(pace, 1, 0.03, 1.1) == SHORT_TICK


@given(looks)
def test_without_keys_the_wait_is_never_shorter_nor_longer_than_said(seen: list[Look]):
    pace, now = Pace(), 0.0

    for size, waited, later in seen:
        now += later
        assert SHORT_TICK <= saw(pace, size, waited, now) <= LONG_TICK


@given(looks)
def test_nobody_hurries_for_who_never_printed_without_a_pause(seen: list[Look]):
    pace, now = Pace(), 0.0

    for size, waited, later in seen:
        now += later
        pace.saw(size, max(waited, SHORT_TICK), now)
        assert not pace.hurry(now)


def test_after_a_key_in_a_flood_what_tmux_draws_is_seen_at_once_until_its_own_rhythm_is_as_soon():
    pace = flooded(1.0)

    assert pace.hurry(1.0)

    assert pace.due == 1.0 + HURRIED_TICK
    assert saw(pace, 5000, 0.0, 1.0 + DRAWN_AFTER[-1]) == HURRIED_TICK
    assert saw(pace, 5000, 0.0, 1.0 + 2 * DRAWN_AFTER[-1]) == LONG_TICK


def test_a_key_never_puts_off_a_look():
    pace = flooded(1.0)
    pace.due = 1.0

    pace.hurry(1.1)

    assert pace.due == 1.0


def test_keys_right_after_a_flood_still_hurry_since_tmux_is_not_done_with_it():
    pace = flooded(1.0)

    assert pace.hurry(1.0 + 0.9 * AFTERMATH)
    assert pace.is_flooded


def test_a_flood_is_forgotten_with_the_first_key_that_comes_late_enough():
    pace = flooded(1.0)

    assert not pace.hurry(1.0 + AFTERMATH)
    assert not pace.is_flooded


@given(st.integers(1, 70_000), st.floats(SHORT_TICK, 0.05), st.integers(1, 50))
def test_whole_screens_one_for_each_key_are_no_flood(size: int, waited: float, keys: int):
    pace = Pace()

    for number in range(keys):
        pace.saw(size, waited, number * (SHORT_TICK + waited))

    assert not pace.is_flooded
