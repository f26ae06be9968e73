"""Takes the samples of a bench: contenders interleaved, each in a process of its own.

Whatever slows the machine for a while then slows all contenders alike, and no contender inherits
another's heap, caches or garbage.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TypeVar

from .types import Bench, BenchFailed, Contender, Effort, Measure, Measured
from .worker import Worker

Sample = Callable[[int], float]
Progress = Callable[[str], None]
Item = TypeVar("Item")

HIGHEST_COUNT = 2**32


def run_bench(bench: Bench, effort: Effort, progress: Progress) -> list[Measured]:
    return [take_measure(measure, effort, progress) for measure in bench.measures]


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
