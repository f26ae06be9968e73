"""A token bucket that is one number: the time at which it is full again (GCRA). Pure."""

from math import ceil, floor

from attrs import frozen

from .types import Rate

# More than adding up thousands of floats can have cost.
ROUNDING_SECONDS = 1e-5


@frozen
class Answer:
    """What came of asking for one. `full_at` is all that must be remembered."""

    is_allowed: bool
    full_at: float
    remaining: int
    full_in: float
    retry_after: float  # 0 if allowed

    def headers(self, rate: Rate) -> dict[str, str]:
        """As the IETF's draft names them; times are whole seconds from now."""
        headers = {
            "RateLimit-Limit": str(rate.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(ceil(self.full_in)),
            "RateLimit-Policy": f"{rate.limit};w={ceil(rate.period)}",
        }
        if not self.is_allowed:
            headers["Retry-After"] = str(max(1, ceil(self.retry_after)))
        return headers


def take(full_at: float, now: float, rate: Rate) -> Answer:
    """Take one out of a bucket that will be full at `full_at`. A refusal takes nothing."""
    missing = max(full_at - now, 0.0)
    wait = missing + rate.interval - rate.period
    slack = min(ROUNDING_SECONDS, rate.interval / 100)
    if wait > slack:
        return Answer(False, full_at, 0, missing, wait)
    missing += rate.interval
    left = floor((rate.period - missing + slack) / rate.interval)
    return Answer(True, now + missing, max(left, 0), missing, 0.0)
