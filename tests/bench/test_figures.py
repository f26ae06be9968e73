"""From samples to figures."""

from bench.figures import Spread, figures, is_within, paired_ratios
from bench.types import Contender, Measure, Measured

RAW = Contender("raw", "x:raw")
OURS = Contender("ours", "x:ours", ratio_limit=2.0)


def test_ratios_are_taken_round_by_round_so_that_a_slow_round_cancels_out() -> None:
    baseline = (1.0, 10.0, 1.0)
    ours = (2.0, 20.0, 2.0)

    ratios = paired_ratios(ours, baseline)

    assert ratios == [2.0, 2.0, 2.0]


def test_the_ratio_is_the_median_of_the_ratios_and_not_the_ratio_of_the_medians() -> None:
    samples = {"raw": (1.0, 2.0, 4.0), "ours": (3.0, 2.0, 2.0)}
    measured = Measured(Measure("m", RAW, (OURS,)), samples, {})

    _, ours = figures(measured)

    assert ours.ratio == Spread(1.0, 0.5, 3.0)


def test_the_baseline_comes_first_and_is_its_own_measure() -> None:
    measured = Measured(Measure("m", RAW, (OURS,)), {"raw": (2.0,), "ours": (3.0,)}, {})

    baseline, _ = figures(measured)

    assert (baseline.contender, baseline.ratio) == (RAW, Spread(1.0, 1.0, 1.0))


def test_a_contender_at_its_limit_is_within_and_beyond_it_is_over() -> None:
    verdicts = [is_within(OURS, ratio, 0.0) for ratio in (2.0, 2.01)]

    assert verdicts == [True, False]


def test_a_limit_may_be_an_amount() -> None:
    small = Contender("small", "x:small", value_limit=10)

    verdicts = [is_within(small, 99.0, value) for value in (10.0, 11.0)]

    assert verdicts == [True, False]


def test_without_a_limit_there_is_no_verdict() -> None:
    assert is_within(RAW, 99.0, 99.0) is None
