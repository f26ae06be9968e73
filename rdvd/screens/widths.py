"""How many columns a character takes, as the C library's `wcwidth` says, which is what tmux asks.

The rule follows Unicode's own tables; the exceptions are where the C library departs from it.
"""

import unicodedata
from functools import lru_cache

UNPRINTABLE = -1

NARROW_FORMATS = frozenset(
    [0x00AD, *range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD]
)
ZERO = (range(0x1160, 0x1200), range(0xD7B0, 0xD7C7), range(0xD7CB, 0xD7FC))  # Hangul, joined
WIDE = (range(0x3248, 0x3250), range(0x4DC0, 0x4E00))  # numbers in circles, hexagrams


@lru_cache(maxsize=8_192)
def width_of(character: str) -> int:
    """Of one code point: 0, 1, 2, or UNPRINTABLE."""
    point = ord(character)
    if 0x20 <= point < 0x7F or point in NARROW_FORMATS:
        return 1
    category = unicodedata.category(character)
    if category in {"Cc", "Cn", "Cs", "Zl", "Zp"}:
        return UNPRINTABLE
    if category in {"Mn", "Me", "Cf"} or any(point in block for block in ZERO):
        return 0
    if unicodedata.east_asian_width(character) in "WF" or any(point in block for block in WIDE):
        return 2
    return 1


def columns_of(cell: str) -> int:
    """Of what stands in a cell: the first character decides, what is joined to it adds nothing."""
    return width_of(cell[0]) if cell else 0
