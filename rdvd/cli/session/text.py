"""What a program printed, as lines that speak to no terminal. Pure.

Escape sequences are left out; a carriage return begins the line anew, as a progress bar means it,
and a backspace goes one back. Works on whatever pieces come.
"""

import codecs
import re
from collections.abc import Iterator

SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])"
)
UNFINISHED = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x07\x1b]*\x1b?|[ -/]*)?\Z"
)  # may go on in the next piece
LONGEST_SEQUENCE = 4096
LONGEST_LINE = 1024 * 1024
CONTROL = re.compile("[\x00-\x07\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")


class Lines:
    """Bytes in, whole lines out; `rest` is the one that has not ended."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""  # the beginning of a sequence
        self._line = ""

    def feed(self, data: bytes) -> Iterator[str]:
        text = self._held + self._decoder.decode(data)
        cut = UNFINISHED.search(text)
        at = cut.start() if cut is not None else len(text)
        if len(text) - at > LONGEST_SEQUENCE:  # then it is none
            at = len(text)
        text, self._held = text[:at], text[at:]
        *whole, self._line = (self._line + SEQUENCE.sub("", text)).split("\n")
        for line in whole:
            yield overwritten(line)
        if len(self._line) > LONGEST_LINE:
            line, self._line = self._line, ""
            yield overwritten(line)

    @property
    def rest(self) -> str:
        return overwritten(self._line)


def overwritten(line: str) -> str:
    """What can be read in the end."""
    line = line.rstrip("\r")
    if "\r" in line:
        cells: list[str] = []
        for part in line.split("\r"):
            cells[: len(part)] = part
        line = "".join(cells)
    if "\b" in line:
        line = _without_taken_back(line)
    return CONTROL.sub("", line)


def _without_taken_back(line: str) -> str:
    cells, at = list[str](), 0
    for character in line:
        if character == "\b":
            at = max(0, at - 1)
        else:
            cells[at : at + 1] = character
            at += 1
    return "".join(cells)
