"""What can be configured about sessions."""

from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from .types import PROVIDERS, Provider, Size

DEFAULT_SIZE = Size(120, 40)


def _plain_names() -> dict[Provider, tuple[str, ...]]:
    return {provider: (provider,) for provider in PROVIDERS}


@frozen
class SessionSettings:
    """Places, and what holds where an order for a session says nothing."""

    directory: Path  # of all sessions: each has a directory with its id as the name in it
    api_socket: Path
    start_directory: Path
    shell: tuple[str, ...] = ("/bin/sh",)
    agents: Mapping[Provider, tuple[str, ...]] = field(factory=_plain_names)
    size: Size = DEFAULT_SIZE
    grace_seconds: float = 5.0
    most_sessions: int = 1_000
    restores: bool = False  # those that a reboot has ended, as the daemon starts
    restart_delay_seconds: float = 1.0  # twice that after the second in a row, and so on
    longest_restart_delay_seconds: float = 60.0
    most_restarts_in_a_row: int = 10
    steady_seconds: float = 60.0  # what has run so long begins a new row of restarts
