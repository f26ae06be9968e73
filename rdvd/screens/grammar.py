"""Sequences that are cut, odd or long, one character at a time: the states of tmux 3.3a's parser.

Of strings (OSC, DCS, APC, ...) nothing is kept: they show nothing.
"""

import re
from collections.abc import Callable

from .controls import CSI, ESCAPES
from .printing import Printer

MOST_PARAMETER_CHARACTERS = 63
MOST_INTERMEDIATES = 3

# Where a string may end, or something else begin.
ENDS = {
    "osc": re.compile(r"[\x07\x18\x1a\x1b]"),
    "string": re.compile(r"[\x18\x1a\x1b]"),  # APC, PM, SOS, rename, and a DCS that is ignored
    "dcs": re.compile(r"\x1b"),
}
STRING_STATES = frozenset([*ENDS, "dcs head", "dcs parameters", "dcs intermediate", "dcs escape"])


class Grammar:
    """Busy from an ESC that the fast way could not take until text may follow again."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self.state = "ground"
        self.intermediates = self.parameters = ""
        self.is_void = False  # too long: it will do nothing
        self._steps: dict[str, Callable[[str], None]] = {
            "escape": self._escape,
            "escape intermediate": self._escape_intermediate,
            "csi": self._csi,
            "csi parameters": self._csi_parameters,
            "csi intermediate": self._csi_intermediate,
            "csi ignored": self._csi_ignored,
            "dcs head": self._dcs,
            "dcs parameters": self._dcs,
            "dcs intermediate": self._dcs,
            "dcs escape": self._dcs_escape,
        }

    @property
    def is_busy(self) -> bool:
        return self.state != "ground"

    @property
    def in_string(self) -> bool:
        return self.state in STRING_STATES

    def reset(self) -> None:
        self._clear("ground")

    def begin(self) -> None:
        """An ESC was met."""
        self._clear("escape")

    def run(self, text: str, position: int) -> int:
        """As much of `text` as belongs here; where the rest begins."""
        while position < len(text) and self.state != "ground":
            end = ENDS.get(self.state)
            if end is not None:
                found = end.search(text, position)
                if found is None:
                    return len(text)
                position = found.start()
                self._end_string(text[position])
            else:
                self._take(text[position])
            position += 1
        return position

    def _clear(self, state: str) -> None:
        self.state, self.intermediates, self.parameters = state, "", ""
        self.is_void = False

    def _end_string(self, character: str) -> None:
        if character == "\x1b":
            self._clear("dcs escape" if self.state == "dcs" else "escape")
        else:
            self._cancel(character)

    def _cancel(self, character: str) -> None:
        if character != "\x07":  # which ends a string; CAN and SUB are control characters as well
            self._printer.control(character)
        self.reset()

    def _take(self, character: str) -> None:
        if self.state == "dcs escape":
            self._dcs_escape(character)
        elif character in "\x18\x1a":
            self._cancel(character)
        elif character == "\x1b":
            self.begin()
        elif character < " ":
            if not self.state.startswith("dcs"):
                self._printer.control(character)
        elif character < "\x7f":
            self._steps[self.state](character)

    def _intermediate(self, character: str, state: str) -> None:
        if len(self.intermediates) == MOST_INTERMEDIATES:
            self.is_void = True
        else:
            self.intermediates += character
        self.state = state

    def _parameter(self, character: str, state: str) -> None:
        if len(self.parameters) == MOST_PARAMETER_CHARACTERS:
            self.is_void = True
        else:
            self.parameters += character
        self.state = state

    # --- after ESC

    def _escape(self, character: str) -> None:
        if character < "0":
            self._intermediate(character, "escape intermediate")
        elif character in "PX[]^_k":
            state = {"P": "dcs head", "[": "csi", "]": "osc"}.get(character, "string")
            self._clear(state)
            if state != "csi":
                self._printer.last = None
        else:
            self._dispatch_escape(character)

    def _escape_intermediate(self, character: str) -> None:
        if character < "0":
            self._intermediate(character, "escape intermediate")
        else:
            self._dispatch_escape(character)

    def _dispatch_escape(self, character: str) -> None:
        function = None if self.is_void else ESCAPES.get(self.intermediates + character)
        self.reset()
        if function is not None:
            function(self._printer, "")

    # --- after CSI

    def _csi(self, character: str) -> None:
        if "<" <= character <= "?":
            self._intermediate(character, "csi parameters")
        else:
            self._csi_parameters(character)

    def _csi_parameters(self, character: str) -> None:
        if "<" <= character <= "?":
            self.state = "csi ignored"
        elif "0" <= character <= ";":
            self._parameter(character, "csi parameters")
        else:
            self._csi_intermediate(character)

    def _csi_intermediate(self, character: str) -> None:
        if character < "0":
            self._intermediate(character, "csi intermediate")
        elif character < "@":
            self.state = "csi ignored"
        else:
            function = None if self.is_void else CSI.get(character + self.intermediates)
            parameters = self.parameters
            self.reset()
            if function is not None:
                function(self._printer, parameters)

    def _csi_ignored(self, character: str) -> None:
        if character >= "@":
            self.reset()

    # --- after DCS

    def _dcs(self, character: str) -> None:
        if character >= "@":
            self._clear("dcs")
        elif character < "0":
            self.state = "dcs intermediate"
        elif character == ":" or self._is_late(character):
            self.state = "string"
        else:
            self.state = "dcs parameters"

    def _is_late(self, character: str) -> bool:
        """What may stand at the beginning of a DCS only."""
        after_parameters = self.state == "dcs parameters" and character >= "<"
        return after_parameters or self.state == "dcs intermediate"

    def _dcs_escape(self, character: str) -> None:
        self._clear("ground" if character == "\\" else "dcs")
