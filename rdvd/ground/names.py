"""Names that people give to things."""

import unicodedata

from rdvd.ground.errors import BadInput
from rdvd.ground.redaction import redact

LONGEST_NAME = 200
SPEAKS_TO_TERMINALS = ("Cc", "Cs", "Zl", "Zp")
TURNS_TEXT_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_name(name: str) -> str:
    """Any text for people in any language; nothing that a terminal would obey."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise BadInput(f"a name has 1 to {LONGEST_NAME} characters, not only spaces")
    bad = [c for c in name if unicodedata.category(c) in SPEAKS_TO_TERMINALS]
    bad += TURNS_TEXT_AROUND.intersection(name)
    if bad:
        raise BadInput(f"a name is one line of text: {bad[0]!r} must not be in it")
    if redact(name) != name:
        raise BadInput("a name must not hold a token")
    return name
