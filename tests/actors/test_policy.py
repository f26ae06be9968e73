"""Who is restarted, with whom, and how soon: arithmetic, without a tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import Patience, Restart, Strategy
from actors.policy import Tally, fallen_with, may_restart

seconds = st.floats(min_value=0, max_value=1000)
share = st.floats(min_value=0, max_value=1)
nths = st.integers(min_value=1, max_value=5000)
patiences = st.builds(
    Patience,
    restarts=st.integers(min_value=0, max_value=8),
    window=st.floats(min_value=0.5, max_value=100),
    first_delay=seconds,
    longest_delay=seconds,
    jitter=share,
)


@given(patience=patiences, nth=nths)
def test_without_luck_a_later_restart_never_waits_less(patience: Patience, nth: int):
    assert patience.delay(nth, 0) <= patience.delay(nth + 1, 0)


@given(patience=patiences, nth=nths, chance=share)
def test_no_delay_is_longer_than_the_longest(patience: Patience, nth: int, chance: float):
    assert 0 <= patience.delay(nth, chance) <= patience.longest_delay


@given(patience=patiences, chance=share)
def test_the_first_restart_is_immediate(patience: Patience, chance: float):
    assert patience.delay(1, chance) == 0


@given(patience=patiences, nth=nths, chance=share)
def test_jitter_only_shortens_and_by_no_more_than_its_share(
    patience: Patience, nth: int, chance: float
):
    full = patience.delay(nth, 0)

    delay = patience.delay(nth, chance)

    assert full * (1 - patience.jitter) <= delay <= full


def test_jitter_does_shorten():
    delays = [Patience(first_delay=1, jitter=0.5).delay(2, chance) for chance in (0, 0.5, 1)]

    assert [1, 0.75, 0.5] == pytest.approx(delays)


def test_the_delays_double_from_the_first_to_the_longest():
    patience = Patience(first_delay=0.1, longest_delay=5, jitter=0)

    delays = [patience.delay(nth, 1) for nth in range(1, 10)]

    assert [0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5] == pytest.approx(delays)


def test_the_patience_nobody_asked_for_is_five_restarts_a_minute():
    patience = Patience()

    assert (5, 60, 0.1, 5) == (
        patience.restarts,
        patience.window,
        patience.first_delay,
        patience.longest_delay,
    )


@given(patience=patiences, pauses=st.lists(st.floats(min_value=0, max_value=60), max_size=60))
def test_no_window_ever_holds_more_restarts_than_allowed(patience: Patience, pauses: list[float]):
    tally = Tally(patience)
    now = 0.0
    granted: list[float] = []

    for pause in pauses:
        now += pause
        if tally.delay_of_next(now, 0) is not None:
            granted.append(now)

    for end in granted:
        assert sum(end - patience.window < at <= end for at in granted) <= patience.restarts


@given(patience=patiences, times=st.integers(min_value=0, max_value=20))
def test_a_tally_grants_exactly_what_it_is_allowed_at_one_moment(patience: Patience, times: int):
    tally = Tally(patience)

    delays = [tally.delay_of_next(7, 0) for _ in range(times)]

    assert min(times, patience.restarts) == sum(delay is not None for delay in delays)


def test_what_is_older_than_the_window_is_forgotten():
    tally = Tally(Patience(restarts=2, window=10, first_delay=1, jitter=0))

    delays = [tally.delay_of_next(now, 0) for now in (0, 9, 9.5, 11, 25)]

    assert [0, 1, None, 1, 0] == delays


def test_a_tally_hands_the_chance_on_to_the_jitter():
    tally = Tally(Patience(first_delay=1, jitter=0.5))

    delays = [tally.delay_of_next(0, 1) for _ in range(2)]

    assert [0, 0.5] == delays


@pytest.mark.parametrize(
    ("restart", "after_a_crash", "after_a_normal_end"),
    [("permanent", True, True), ("transient", True, False), ("temporary", False, False)],
)
def test_each_restart_kind_has_its_rule(
    restart: Restart, after_a_crash: bool, after_a_normal_end: bool
):
    assert after_a_crash == may_restart(restart, crashed=True)
    assert after_a_normal_end == may_restart(restart, crashed=False)


@pytest.mark.parametrize(
    ("strategy", "group"),
    [("one_for_one", "b"), ("one_for_all", "abcd"), ("rest_for_one", "bcd")],
)
def test_each_strategy_says_who_falls_with_whom(strategy: Strategy, group: str):
    assert list(group) == list(fallen_with(strategy, list("abcd"), "b"))


@pytest.mark.parametrize("nonsense", [{"restarts": -1}, {"window": -1}, {"jitter": 2}])
def test_a_patience_that_makes_no_sense_is_an_error(nonsense: dict[str, int]):
    with pytest.raises(ValueError, match=r"negative|share"):
        Patience(**nonsense)
