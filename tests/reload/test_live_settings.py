"""Whatever is called live is proven to be: a SIGHUP, and the daemon does another thing."""

from pathlib import Path

import pytest

from rdvd.config import KEYS

from .house import house
from .proofs import PROOFS


def test_every_live_setting_has_a_proof_and_nothing_else_has():
    assert set(PROOFS) == {dotted for dotted, key in KEYS.items() if key.about.live}


def test_of_every_other_setting_it_is_said_why_it_is_not_live():
    waiting = [key.about.restart for key in KEYS.values() if not key.about.live]

    assert all(why and why[0].isupper() and why.endswith(".") for why in waiting)


@pytest.mark.parametrize("dotted", PROOFS)
async def test_a_live_setting_changes_what_the_daemon_does(dotted: str, tmp_path: Path):
    proven = PROOFS[dotted]
    if proven.prepare is not None:
        await proven.prepare(tmp_path)

    async with house(tmp_path, proven.at_first) as daemon:
        await proven.proof(daemon)
