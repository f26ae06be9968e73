"""What holds for all tests: a process that has run some of them has closed what they opened."""

from collections.abc import Generator
from pathlib import Path

import pytest

MAY_STAY = 40  # what libraries open once and keep; each leak of ours comes again and again


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
