"""What holds for all tests: a process that has run some of them has closed what they opened."""

import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

MAY_STAY = 40  # what libraries open once and keep; each leak of ours comes again and again

# Shells start what is to run in the background deaf to interrupts, and a test's programs with it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes tells of the machine that day, and of nothing that we wrote.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


def open_descriptors() -> list[str]:
    return [
        str(entry.readlink()) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()
    ]


@pytest.fixture(scope="session", autouse=True)
def _closes_what_was_opened() -> Generator[None]:
    before = len(open_descriptors())
    yield
    left = open_descriptors()
    assert len(left) <= before + MAY_STAY, f"left open by some test: {sorted(left)}"
