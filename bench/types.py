"""What a bench is made of. Contenders are named, not imported: each runs in its own process."""

from typing import Literal

from attrs import frozen

Unit = Literal["seconds", "bytes", "pieces"]


class BenchFailed(Exception):
    """A bench could not be finished; the text is written for the person who started it."""


@frozen
class Contender:
    """One way to do the thing measured.

    `source` is `module:function`. The function, sync or async (run by Trio), takes a count, does
    the thing that many times, and returns what all of them cost: seconds or bytes, setup excluded.
    For a survey it returns the figures by their names. Who `needs` a program that is not there is
    left out, and the report says so.
    """

    name: str
    source: str
    ratio_limit: float | None = None
    value_limit: float | None = None
    needs: str | None = None


@frozen
class Measure:
    """One question: what do the contenders cost beside the baseline?

    Counts are multiples of `batch`. Without a `count` each contender's own count is calibrated.
    A `fresh` measure takes every sample in a new process, as memory needs it. `figure` is which of
    the figures of a survey it looks at.
    """

    name: str
    baseline: Contender
    contenders: tuple[Contender, ...]
    per: str = "operation"
    unit: Unit = "seconds"
    batch: int = 1
    count: int | None = None
    fresh: bool = False
    figure: str = ""

    @property
    def everyone(self) -> tuple[Contender, ...]:
        return (self.baseline, *self.contenders)


@frozen
class Survey:
    """Runs that answer several questions at once, each by one of the figures of the same sample.

    A figure may be anything that is not a sum: a percentile, a maximum. It is taken as it is.
    """

    name: str
    measures: tuple[Measure, ...]
    count: int
    quick_count: int
    most_rounds: int | None = None

    @property
    def everyone(self) -> tuple[Contender, ...]:
        unique = {each.name: each for measure in self.measures for each in measure.everyone}
        return tuple(unique.values())


@frozen
class Bench:
    name: str
    purpose: str
    measures: tuple[Measure | Survey, ...]


@frozen
class Effort:
    """How hard to look: rounds of samples, and about how long a calibrated sample lasts."""

    rounds: int = 9
    sample_seconds: float = 0.3
    is_quick: bool = False


@frozen
class Measured:
    """The samples of one measure: for each contender one cost per operation and round.

    Who was left out has no samples.
    """

    measure: Measure
    samples: dict[str, tuple[float, ...]]
    counts: dict[str, int]
