"""What a bench is made of. Contenders are named, not imported: each runs in its own process."""

from typing import Literal

from attrs import frozen

Unit = Literal["seconds", "bytes"]


class BenchFailed(Exception):
    """A bench could not be finished; the text is written for the person who started it."""


@frozen
class Contender:
    """One way to do the thing measured.

    `source` is `module:function`. The function, sync or async (run by Trio), takes a count, does
    the thing that many times, and returns what all of them cost: seconds or bytes, setup excluded.
    """

    name: str
    source: str
    ratio_limit: float | None = None
    value_limit: float | None = None


@frozen
class Measure:
    """One question: what do the contenders cost beside the baseline?

    Counts are multiples of `batch`. Without a `count` each contender's own count is calibrated.
    A `fresh` measure takes every sample in a new process, as memory needs it.
    """

    name: str
    baseline: Contender
    contenders: tuple[Contender, ...]
    per: str = "operation"
    unit: Unit = "seconds"
    batch: int = 1
    count: int | None = None
    fresh: bool = False

    @property
    def everyone(self) -> tuple[Contender, ...]:
        return (self.baseline, *self.contenders)


@frozen
class Bench:
    name: str
    purpose: str
    measures: tuple[Measure, ...]


@frozen
class Effort:
    """How hard to look: rounds of samples, and about how long a calibrated sample lasts."""

    rounds: int = 9
    sample_seconds: float = 0.3


@frozen
class Measured:
    """The samples of one measure: for each contender one cost per operation and round."""

    measure: Measure
    samples: dict[str, tuple[float, ...]]
    counts: dict[str, int]
