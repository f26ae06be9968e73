"""How often a terminal is looked at."""

from hypothesis import given
from hypothesis import strategies as st

from rdvd.terminal.pace import LONG_TICK, MUCH, SHORT_TICK, Pace


def test_after_a_silence_the_next_look_comes_soon():
    pace = Pace()

    assert [pace.after(1, 0.03) for _ in range(3)] == [SHORT_TICK] * 3


def test_who_prints_without_a_pause_is_looked_at_as_often_as_screens_are_drawn():
    pace = Pace()

    assert [pace.after(300, 0.0) for _ in range(4)] == [0.008, LONG_TICK, LONG_TICK, LONG_TICK]


def test_a_whole_screen_at_once_is_a_flood_already():
    assert Pace().after(MUCH, 1.0) == LONG_TICK


def test_a_flood_that_paused_is_forgotten():
    pace = Pace()
    pace.after(MUCH, 0.0)

    assert pace.after(1, 0.03) == SHORT_TICK


@given(st.lists(st.tuples(st.integers(1, 70_000), st.floats(0, 10))))
def test_the_wait_is_never_shorter_nor_longer_than_said(looks: list[tuple[int, float]]):
    pace = Pace()

    assert all(SHORT_TICK <= pace.after(*look) <= LONG_TICK for look in looks)
