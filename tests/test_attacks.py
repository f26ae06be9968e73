"""docs/security.md names a proof for every attack that concerns what is built; each must exist."""

import re
from pathlib import Path

from tests.test_docs import names_of_tests

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (A\d+) \|.*\|(.*)\|$", re.MULTILINE)
NAME = re.compile(r"`(test_\w+)`")
CONCERN_US = {*range(1, 10), 17, 18, 19, *range(23, 27), *range(31, 37)}


def rows() -> dict[str, list[str]]:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    return {number: NAME.findall(tests) for number, tests in ROW.findall(text)}


def test_every_attack_that_concerns_us_has_a_proof():
    assert {f"A{number}" for number in CONCERN_US} <= {
        row for row, tests in rows().items() if tests
    }


def test_every_proof_exists():
    named = {name for tests in rows().values() for name in tests}

    assert sorted(named - names_of_tests(ROOT / "tests")) == []
