"""Whether and when what has ended is started again by itself. Pure."""

from attrs import evolve

from .settings import SessionSettings
from .types import Exit, Restarts


def delay_of_restart(restarts: Restarts, how: Exit, settings: SessionSettings) -> float | None:
    """In how many seconds, or None for not at all."""
    failed = how.code != 0
    if restarts.policy == "never" or (restarts.policy == "on-failure" and not failed):
        return None
    if restarts.in_a_row >= settings.most_restarts_in_a_row:
        return None
    delay = settings.restart_delay_seconds * 2.0 ** min(restarts.in_a_row, 30)
    return min(delay, settings.longest_restart_delay_seconds)


def after_running(restarts: Restarts, seconds: float, settings: SessionSettings) -> Restarts:
    """What has run for a good while has forgotten how often it fell before."""
    return evolve(restarts, in_a_row=0) if seconds >= settings.steady_seconds else restarts
