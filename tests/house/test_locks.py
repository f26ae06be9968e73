"""The locks install from wherever pip is told to look, on every Python we support."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(.*?)(?=^[a-z]|\Z)", re.MULTILINE | re.DOTALL)


def pins(lock: str) -> dict[str, tuple[str, str]]:
    """Name to version, and all that follows it up to the next name."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {name: (version, rest) for name, version, rest in PIN.findall(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str):
    assert pins(lock)
    assert [name for name, (_, rest) in pins(lock).items() if "--hash=sha256:" not in rest] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_look(lock: str):
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert re.findall(r"^--\S+|\w+://|[\s=@]/\w+|^-\w", text, re.MULTILINE) == []


def test_the_lock_for_developers_holds_everything_of_the_lock_for_running():
    for_running, for_developers = (
        {name: version for name, (version, _) in pins(lock).items()} for lock in LOCKS
    )

    assert for_running.items() <= for_developers.items()
