"""A pen is how a character is drawn: attributes, foreground, background, underline colour.

Pure. `draw` applies the parameters of one SGR sequence (`CSI ... m`) the way tmux 3.3a does.
"""

from collections.abc import Sequence
from typing import TypeAlias

Pen: TypeAlias = tuple[int, int, int, int]

BRIGHT, DIM, UNDERLINE, BLINK, REVERSE, HIDDEN, ITALICS, CHARSET = (1 << n for n in range(8))
STRIKE, UNDERLINE_2, UNDERLINE_3, UNDERLINE_4, UNDERLINE_5, OVERLINE = (
    1 << n for n in range(8, 14)
)
UNDERLINES = UNDERLINE | UNDERLINE_2 | UNDERLINE_3 | UNDERLINE_4 | UNDERLINE_5
STYLES_OF_UNDERLINE = (0, UNDERLINE, UNDERLINE_2, UNDERLINE_3, UNDERLINE_4, UNDERLINE_5)

DEFAULT = 8  # of a foreground or background
NO_COLOUR = 0  # of an underline
OF_256 = 1 << 24
OF_RGB = 1 << 25
PLAIN: Pen = (0, DEFAULT, DEFAULT, NO_COLOUR)

HIGHEST = 2**31 - 1  # a parameter above it makes the whole sequence void
MOST_PARAMETERS = 23

SET = {
    1: BRIGHT,
    2: DIM,
    3: ITALICS,
    5: BLINK,
    6: BLINK,
    7: REVERSE,
    8: HIDDEN,
    9: STRIKE,
    53: OVERLINE,
}
CLEAR = {
    22: BRIGHT | DIM,
    23: ITALICS,
    24: UNDERLINES,
    25: BLINK,
    27: REVERSE,
    28: HIDDEN,
    29: STRIKE,
    55: OVERLINE,
}
UNDERLINED = {4: UNDERLINE, 21: UNDERLINE_2}

# A parameter: absent, a number, or one with colons, which only SGR understands.
Parameter: TypeAlias = int | str | None


def is_default(colour: int) -> bool:
    return colour in (8, 9)


def cleared(background: int) -> Pen:
    """Of a cell that was erased while this background was chosen."""
    return PLAIN if background == DEFAULT else (0, DEFAULT, background, NO_COLOUR)


def parameters(text: str) -> Sequence[Parameter] | None:
    """The parameters of a control sequence; None if they make it void."""
    if not text:
        return ()
    found: list[Parameter] = []
    for part in text.split(";"):
        if part == "":
            found.append(None)
        elif ":" in part:
            found.append(part)
        elif (number := int(part)) <= HIGHEST:
            found.append(number)
        else:
            return None
    return found if len(found) <= MOST_PARAMETERS else None


def number(found: Sequence[Parameter], index: int, least: int, default: int) -> int:
    """The parameter, at least `least`; -1 if it is none that a number can be made of."""
    one = found[index] if index < len(found) else None
    if one is None:
        return default
    return -1 if isinstance(one, str) else max(one, least)


def draw(pen: Pen, text: str) -> Pen | None:
    """The pen after `CSI text m`; None if that is void."""
    found = parameters(text)
    if found is None:
        return None
    if not found:
        return PLAIN
    index = 0
    while index < len(found):
        one = found[index]
        if isinstance(one, str):
            pen = _draw_colons(pen, one)
        elif one in (38, 48, 58):
            pen, index = _draw_colour(pen, one, found, index + 1)
        else:
            pen = _draw_one(pen, one or 0)
        index += 1
    return pen


def _draw_one(pen: Pen, code: int) -> Pen:
    attributes, fore, back, under = pen
    if code == 0:
        return PLAIN
    if code in SET:
        attributes |= SET[code]
    elif code in CLEAR:
        attributes &= ~CLEAR[code]
    elif code in UNDERLINED:
        attributes = attributes & ~UNDERLINES | UNDERLINED[code]
    elif 30 <= code <= 37 or code == 39:
        fore = DEFAULT if code == 39 else code - 30
    elif 40 <= code <= 47 or code == 49:
        back = DEFAULT if code == 49 else code - 40
    elif 90 <= code <= 97:
        fore = code
    elif 100 <= code <= 107:
        back = code - 10
    elif code == 59:
        under = NO_COLOUR
    return attributes, fore, back, under


def _draw_colour(pen: Pen, target: int, found: Sequence[Parameter], index: int) -> tuple[Pen, int]:
    """`38;5;n` and `38;2;r;g;b`; with the index of the last parameter that was used up."""
    kind = number(found, index, 0, -1)
    if kind == 5:
        return _with_256(pen, target, number(found, index + 1, 0, -1)), index + 1
    if kind == 2:
        rgb = [number(found, index + offset, 0, -1) for offset in (1, 2, 3)]
        after = _with_rgb(pen, target, rgb)
        return (pen, index) if after is None else (after, index + 3)
    return pen, index


def _draw_colons(pen: Pen, text: str) -> Pen:
    parts = text.split(":")
    if len(parts) >= 8 or any(part and int(part) > HIGHEST for part in parts):
        return pen
    values = [int(part) if part else -1 for part in parts]
    target, count = values[0], len(values)
    if target == 4:
        if count == 2 and 0 <= values[1] <= 5:
            style = STYLES_OF_UNDERLINE[values[1]]
            return (pen[0] & ~UNDERLINES | style, *pen[1:])
        return pen
    if target not in (38, 48, 58) or count < 3:
        return pen
    if values[1] == 5:
        return _with_256(pen, target, values[2])
    first = 2 if count == 5 else 3
    if values[1] == 2 and count >= first + 3:
        return _with_rgb(pen, target, values[first : first + 3]) or pen
    return pen


def _with_256(pen: Pen, target: int, colour: int) -> Pen:
    if 0 <= colour <= 255:
        return _with_colour(pen, target, colour | OF_256)
    return pen if target == 58 else _with_colour(pen, target, DEFAULT)


def _with_rgb(pen: Pen, target: int, rgb: Sequence[int]) -> Pen | None:
    if not all(0 <= part <= 255 for part in rgb):
        return None
    red, green, blue = rgb
    return _with_colour(pen, target, OF_RGB | red << 16 | green << 8 | blue)


def _with_colour(pen: Pen, target: int, colour: int) -> Pen:
    attributes, fore, back, under = pen
    match target:
        case 38:
            return attributes, colour, back, under
        case 48:
            return attributes, fore, colour, under
        case _:
            return attributes, fore, back, colour
