"""What the HTTP ground counts: requests in flight, and how long they took, by route."""

from bisect import bisect_left
from collections.abc import Generator
from contextlib import contextmanager

from attrs import define, field, frozen

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@frozen
class Series:
    """One line of the histogram: a route as declared (or "" if none matched), and a status."""

    route: str
    status: int


@define
class Latencies:
    """`counts[i]` took no longer than `BOUNDS[i]`; the last one longer than all. Not cumulative."""

    counts: list[int] = field(factory=lambda: [0] * (len(BOUNDS) + 1))
    total_seconds: float = 0.0

    @property
    def count(self) -> int:
        return sum(self.counts)

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total_seconds += seconds


class Traffic:
    def __init__(self) -> None:
        self.in_flight = 0
        self.latencies: dict[Series, Latencies] = {}  # bounded: routes and statuses are few

    @contextmanager
    def one_in_flight(self) -> Generator[None, None, None]:
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1

    def observe(self, route: str, status: int, seconds: float) -> None:
        self.latencies.setdefault(Series(route, status), Latencies()).add(seconds)
