"""What the store tells about itself, and the ledger in which its threads write that down."""

from bisect import bisect_left
from itertools import accumulate
from math import inf
from pathlib import Path

from attrs import frozen

from rdvd.ground.database import is_corruption

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5)


@frozen
class Latency:
    """A histogram as Prometheus has it: how many took at most so many seconds, cumulative."""

    buckets: tuple[tuple[float, int], ...]
    sum: float
    count: int


@frozen
class StoreFacts:
    """How the store is. `last_error` is what the latest commit failed with, None if it did not.

    `integrity` is a word and perhaps why: `ok`, `unchecked`, or `failed` for damage.
    """

    queued: int
    commits: int
    jobs: int
    commit_latency: Latency
    wal_bytes: int
    database_bytes: int
    integrity: str
    last_error: str | None

    @property
    def is_damaged(self) -> bool:
        return self.integrity.startswith("failed")


class Ledger:
    """Each field has one writing thread, except the two texts, where the latest word counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.jobs = 0
        self.integrity = "unchecked"
        self.last_error: str | None = None
        self._counts = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def note_commit(self, jobs: int, seconds: float) -> None:
        self.jobs += jobs
        self.last_error = None
        self._seconds += seconds
        self._counts[bisect_left(BOUNDS, seconds)] += 1

    def note_failure(self, error: BaseException) -> None:
        self.last_error = f"{type(error).__name__}: {error}"
        self.note_corruption(error)

    @property
    def is_damaged(self) -> bool:
        return self.integrity.startswith("failed")

    def note_corruption(self, error: BaseException) -> None:
        if is_corruption(error):
            self.integrity = f"failed: {error}"

    def facts(self, queued: int) -> StoreFacts:
        latency = self._latency()
        return StoreFacts(
            queued=queued,
            commits=latency.count,
            jobs=self.jobs,
            commit_latency=latency,
            wal_bytes=_size(self.path.with_name(f"{self.path.name}-wal")),
            database_bytes=_size(self.path),
            integrity=self.integrity,
            last_error=self.last_error,
        )

    def _latency(self) -> Latency:
        counts = tuple(accumulate(self._counts))
        return Latency(tuple(zip((*BOUNDS, inf), counts, strict=True)), self._seconds, counts[-1])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
