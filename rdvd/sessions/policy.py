"""Whether and when what has ended is started again by itself. Pure."""

from .settings import SessionSettings
from .types import Exit, Restarts


def delay_of_restart(
    restarts: Restarts, how: Exit, ran_seconds: float, settings: SessionSettings
) -> float | None:
    """In how many seconds, or None for not at all."""
    failed = how.code != 0
    if restarts.policy == "never" or (restarts.policy == "on-failure" and not failed):
        return None
    row = row_before(restarts, ran_seconds, settings)
    if row >= settings.most_restarts_in_a_row:
        return None
    delay = settings.restart_delay_seconds * 2.0 ** min(row, 30)
    return min(delay, settings.longest_restart_delay_seconds)


def row_before(restarts: Restarts, ran_seconds: float, settings: SessionSettings) -> int:
    """What has run for a good while has forgotten how often it fell before."""
    return 0 if ran_seconds >= settings.steady_seconds else restarts.in_a_row
