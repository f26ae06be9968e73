"""What follows failures: a bucket of them, and behind it locks that double. Pure."""

from attrs import evolve, frozen

from .bucket import take
from .types import Rate

FORGIVEN_AFTER = 2  # longest locks without a failure


@frozen
class Record:
    """How somebody has failed lately."""

    full_at: float
    locks: int
    locked_until: float

    def is_forgotten(self, now: float, longest: float) -> bool:
        """Whether keeping it would make no difference."""
        return max(self.full_at, self.locked_until + FORGIVEN_AFTER * longest) <= now


CLEAN = Record(full_at=float("-inf"), locks=0, locked_until=float("-inf"))


def fail(record: Record, now: float, rate: Rate, longest: float) -> Record:
    """One more failure. The first that finds the bucket empty locks, and so does each later one."""
    if record.is_forgotten(now, longest):
        record = CLEAN
    if record.locked_until > now:
        return record  # asking while locked makes it no longer
    answer = take(record.full_at, now, rate)
    if answer.is_allowed and record.locks == 0:
        return evolve(record, full_at=answer.full_at)
    lock = min(rate.interval * 2.0 ** min(record.locks, 30), longest)
    return evolve(record, locks=record.locks + 1, locked_until=now + lock)
