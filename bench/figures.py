"""From samples to figures: pure arithmetic."""

from collections.abc import Iterator, Sequence
from statistics import median

from attrs import frozen

from .types import Contender, Measured


@frozen
class Spread:
    median: float
    low: float
    high: float


@frozen
class Figures:
    """What one contender's samples say. `is_within` is None where nothing was promised.

    Without samples it was left out, without a ratio there was nobody to compare it with.
    """

    contender: Contender
    ratio: Spread | None
    value: Spread | None
    is_within: bool | None


def figures(measured: Measured) -> Iterator[Figures]:
    """Work out every contender's figures, the baseline's first."""
    baseline = measured.samples.get(measured.measure.baseline.name, ())
    for contender in measured.measure.everyone:
        samples = measured.samples.get(contender.name)
        if samples is None:
            yield Figures(contender, None, None, None)
            continue
        # Nothing is a multiple of zero.
        ratio = spread(paired_ratios(samples, baseline)) if baseline and all(baseline) else None
        value = spread(samples)
        verdict = is_within(contender, ratio and ratio.median, value.median)
        yield Figures(contender, ratio, value, verdict)


def paired_ratios(samples: Sequence[float], baseline: Sequence[float]) -> list[float]:
    """Divide round by round, so that a machine slow for one round is slow for both of its sides."""
    return [sample / base for sample, base in zip(samples, baseline, strict=True)]


def spread(values: Sequence[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def is_within(contender: Contender, ratio: float | None, value: float) -> bool | None:
    promises = [(ratio, contender.ratio_limit), (value, contender.value_limit)]
    kept = [
        figure <= limit for figure, limit in promises if limit is not None and figure is not None
    ]
    return all(kept) if kept else None
