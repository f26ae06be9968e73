"""Taking the samples of a measure."""

import pytest

from bench.harness import calibrated_count, rotated, take_measure, take_survey
from bench.types import BenchFailed, Contender, Effort, Measure, Survey

THREE_ROUNDS = Effort(rounds=3)


def contender(function: str) -> Contender:
    return Contender(function, f"trivial_contenders:{function}")


def test_every_round_begins_with_somebody_else() -> None:
    orders = [rotated("abc", number) for number in range(4)]

    assert orders == [list("abc"), list("bca"), list("cab"), list("abc")]


def test_a_sample_is_made_to_last_about_as_long_as_asked() -> None:
    count = calibrated_count(lambda count: count * 1e-5, batch=1, target=0.3)

    assert count == 30_000


def test_a_calibrated_count_is_whole_batches_and_at_least_one() -> None:
    cheap = calibrated_count(lambda count: count * 1e-5, batch=64, target=0.3)
    dear = calibrated_count(lambda count: count * 1.0, batch=64, target=0.3)

    assert (cheap, dear) == (64 * 469, 64)


def test_an_operation_that_takes_no_time_is_refused() -> None:
    with pytest.raises(BenchFailed, match="is anything measured"):
        calibrated_count(lambda _: 0.0, batch=1, target=0.3)


@pytest.mark.usefixtures("contenders")
def test_every_contender_is_sampled_once_a_round_and_costs_are_for_one_operation() -> None:
    measure = Measure("m", contender("cheap"), (contender("dear"),), count=10)

    measured = take_measure(measure, THREE_ROUNDS, lambda _: None)

    assert measured.samples == {"cheap": (1.0, 1.0, 1.0), "dear": (3.0, 3.0, 3.0)}


@pytest.mark.usefixtures("contenders")
def test_a_kept_process_is_warmed_up_with_a_sample_that_is_thrown_away() -> None:
    measure = Measure("m", contender("numbered"), (), count=1)

    measured = take_measure(measure, THREE_ROUNDS, lambda _: None)

    assert measured.samples["numbered"] == (2.0, 3.0, 4.0)


@pytest.mark.usefixtures("contenders")
def test_a_fresh_measure_takes_every_sample_in_a_new_process() -> None:
    measure = Measure("m", contender("numbered"), (), count=1, fresh=True)

    measured = take_measure(measure, THREE_ROUNDS, lambda _: None)

    assert measured.samples["numbered"] == (1.0, 1.0, 1.0)


def survey(**more: int) -> Survey:
    here = Contender("here", "trivial_contenders:way.both")
    absent = Contender("absent", "trivial_contenders:way.both", needs="no-such-peer")
    halves = Measure("halves", absent, (here,), figure="half")
    most = Measure("most", here, (), figure="most")
    return Survey("s", (halves, most), count=10, quick_count=2, **more)


@pytest.mark.usefixtures("contenders")
def test_one_sample_of_a_survey_answers_all_its_measures_and_is_not_divided() -> None:
    halves, most = take_survey(survey(), THREE_ROUNDS, lambda _: None)

    assert halves.samples == {"here": (5.0, 5.0, 5.0)}
    assert most.samples == {"here": (90.0, 90.0, 90.0)}


@pytest.mark.usefixtures("contenders")
def test_a_quick_survey_does_less_and_a_long_one_has_fewer_rounds() -> None:
    quick = Effort(rounds=3, is_quick=True)

    halves, _ = take_survey(survey(most_rounds=2), quick, lambda _: None)

    assert halves.samples == {"here": (1.0, 1.0)}
