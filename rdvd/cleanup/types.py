"""What can be configured about cleaning up."""

from attrs import frozen


@frozen
class CleanupSettings:
    interval_seconds: float
    ended_tokens_days: float  # how long the record of a token is kept after its end
