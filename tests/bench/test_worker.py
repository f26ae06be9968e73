"""One contender in its process."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from bench.types import BenchFailed
from bench.worker import Worker

pytestmark = pytest.mark.usefixtures("contenders")


def sampled(function: str, times: int = 1) -> float:
    with Worker(f"trivial_contenders:{function}") as worker:
        return worker.sample(times)


def children() -> list[int]:
    """Of this process, the dead but not reaped included."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def test_a_sample_is_what_the_contender_says_it_cost() -> None:
    assert sampled("dear", 5) == 15.0


def test_an_async_contender_is_run_by_trio() -> None:
    assert sampled("waiting", 5) == 10.0


def test_what_a_contender_prints_is_not_taken_for_an_answer() -> None:
    assert sampled("talking", 5) == 5.0


def test_a_process_is_kept_between_samples_and_is_nobody_elses() -> None:
    source = "trivial_contenders:numbered"

    with Worker(source) as one, Worker(source) as other:
        samples = [one.sample(1), one.sample(1), other.sample(1)]

    assert samples == [1.0, 2.0, 1.0]


def test_a_crash_is_reported_with_its_traceback() -> None:
    with pytest.raises(BenchFailed, match=r"(?s)Traceback.*the wheels came off"):
        sampled("crashing")


def test_a_process_that_vanishes_is_reported_with_its_status() -> None:
    with pytest.raises(BenchFailed, match="ended with 7"):
        sampled("dying")


def test_a_contender_that_does_not_exist_is_reported() -> None:
    with pytest.raises(BenchFailed, match="no attribute 'misspelt'"):
        sampled("misspelt")


@pytest.mark.parametrize("function", ["cheap", "crashing", "dying"])
def test_no_process_is_left_whatever_its_end(function: str) -> None:
    before = children()

    with suppress(BenchFailed):
        sampled(function)

    assert children() == before
