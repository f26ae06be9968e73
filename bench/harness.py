"""Takes the samples of a bench: contenders interleaved, each in a process of its own.

Whatever slows the machine for a while then slows all contenders alike, and no contender inherits
another's heap, caches or garbage.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TypeVar

from .programs import is_here
from .types import Bench, BenchFailed, Contender, Effort, Measure, Measured, Survey
from .worker import Worker

Sample = Callable[[int], float]
Progress = Callable[[str], None]
Item = TypeVar("Item")

HIGHEST_COUNT = 2**32


def run_bench(bench: Bench, effort: Effort, progress: Progress) -> list[Measured]:
    taken: list[Measured] = []
    for each in bench.measures:
        if isinstance(each, Survey):
            taken += take_survey(each, effort, progress)
        else:
            taken.append(take_measure(each, effort, progress))
    return taken


def take_measure(measure: Measure, effort: Effort, progress: Progress) -> Measured:
    samples: dict[str, list[float]] = {contender.name: [] for contender in measure.everyone}
    with ExitStack() as workers:
        samplers = {each.name: _sampler(measure, each, workers) for each in measure.everyone}
        progress(f"{measure.name}: warming up")
        counts = {name: _warm_up(measure, run, effort) for name, run in samplers.items()}
        for number in range(effort.rounds):
            progress(f"{measure.name}: round {number + 1} of {effort.rounds}")
            for contender in rotated(measure.everyone, number):
                count = counts[contender.name]
                samples[contender.name].append(samplers[contender.name](count) / count)
    return Measured(measure, {name: tuple(taken) for name, taken in samples.items()}, counts)


def take_survey(survey: Survey, effort: Effort, progress: Progress) -> list[Measured]:
    present = [each for each in survey.everyone if each.needs is None or is_here(each.needs)]
    count = survey.quick_count if effort.is_quick else survey.count
    rounds = min(effort.rounds, survey.most_rounds or effort.rounds)
    taken: dict[str, list[dict[str, float]]] = {each.name: [] for each in present}
    with ExitStack() as workers:
        ask = {each.name: workers.enter_context(Worker(each.source)).survey for each in present}
        progress(f"{survey.name}: warming up")
        for each in present:
            ask[each.name](survey.quick_count)
        for number in range(rounds):
            progress(f"{survey.name}: round {number + 1} of {rounds}")
            for each in rotated(present, number):
                taken[each.name].append(ask[each.name](count))
    return [_answer(measure, taken, count) for measure in survey.measures]


def _answer(measure: Measure, taken: dict[str, list[dict[str, float]]], count: int) -> Measured:
    here = [each.name for each in measure.everyone if each.name in taken]
    samples = {name: tuple(sample[measure.figure] for sample in taken[name]) for name in here}
    return Measured(measure, samples, dict.fromkeys(here, count))


def rotated(items: Sequence[Item], by: int) -> list[Item]:
    """Start one further on each round, so that nobody always runs first."""
    start = by % len(items)
    return [*items[start:], *items[:start]]


def calibrated_count(sample: Sample, *, batch: int, target: float) -> int:
    """Find the count, a multiple of `batch`, whose sample lasts about `target` seconds."""
    count = batch
    while (seconds := sample(count)) < target / 4:
        count *= 2
        if count > HIGHEST_COUNT:
            raise BenchFailed(f"{count} operations take {seconds} s: is anything measured at all?")
    return batch * max(1, round(count / batch * target / seconds))


def _sampler(measure: Measure, contender: Contender, workers: ExitStack) -> Sample:
    if not measure.fresh:
        return workers.enter_context(Worker(contender.source)).sample

    def sample_in_a_new_process(count: int) -> float:
        with Worker(contender.source) as worker:
            return worker.sample(count)

    return sample_in_a_new_process


def _warm_up(measure: Measure, sample: Sample, effort: Effort) -> int:
    """Settle the count, and throw one whole sample away where the process is kept."""
    count = measure.count or calibrated_count(
        sample, batch=measure.batch, target=effort.sample_seconds
    )
    if not measure.fresh:
        sample(count)
    return count
