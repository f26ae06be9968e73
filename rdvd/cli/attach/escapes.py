"""What is typed for us and not for the session: `~.` and its kin, at the beginning of a line. Pure.

A terminal also sends by itself: where the mouse is, that its window has the focus, who it is. None
of that, and no arrow key, is a beginning or an end of what a person types, so such sequences change
nothing here. Nothing that is pasted is for us.
"""

from collections.abc import Iterator
from enum import Enum

TILDE = "~"
ESC, BEL, CSI, SS3 = 0x1B, 0x07, ord("["), ord("O")
STRINGS = b"]P_^X"  # what follows goes on to BEL, or to ESC and a backslash
PASTE_BEGINS, PASTE_ENDS = b"[200~", b"[201~"
OLD_MOUSE = b"[M"  # three bytes follow, whatever they are
LONGEST = 64  # of a sequence that we must remember as a whole


class Command(Enum):
    DETACH = "detach"
    SUSPEND = "suspend"
    HELP = "help"


COMMANDS = {ord("."): Command.DETACH, 0x1A: Command.SUSPEND, ord("?"): Command.HELP}


class Escapes:
    """Takes keys as they come, in whatever pieces; gives back bytes to send, and commands."""

    def __init__(self, key: str | None = TILDE) -> None:
        self._key = None if key is None else ord(key)
        self._at_line_start = True
        self._holds_key = False
        self._is_pasting = False
        self._sequence: bytes | None = None  # what has come of one, without its ESC
        self._to_come = 0  # bytes of an old mouse report

    def feed(self, data: bytes) -> Iterator[bytes | Command]:
        keys = bytearray()
        for byte in data:
            if self._holds_key and byte in COMMANDS:
                if keys:
                    yield bytes(keys)
                    keys.clear()
                self._holds_key = False
                yield COMMANDS[byte]
            else:
                keys += self._take(byte)
        if keys:
            yield bytes(keys)

    def _take(self, byte: int) -> bytes:
        """What is to be sent now."""
        if self._holds_key:
            self._holds_key = self._at_line_start = False
            if byte == self._key:
                return bytes([byte])
            self._look_at(byte)
            return bytes([self._key or 0, byte])
        if self._is_ours(byte):
            self._holds_key = True
            return b""
        self._look_at(byte)
        return bytes([byte])

    def _is_ours(self, byte: int) -> bool:
        is_typed = self._sequence is None and not self._to_come and not self._is_pasting
        return byte == self._key and self._at_line_start and is_typed

    def _look_at(self, byte: int) -> None:
        if self._to_come:
            self._to_come -= 1
        elif self._sequence is not None:
            self._go_on(self._sequence, byte)
        elif byte == ESC:
            self._sequence = b""
        else:
            self._at_line_start = byte in b"\r\n"

    def _go_on(self, before: bytes, byte: int) -> None:
        if byte == ESC and not _is_string(before):
            self._sequence = b""
            return
        if len(before) == LONGEST:  # its kind and its end are all that is looked at
            before = before[:1] + before[-1:]
        sequence = before + bytes([byte])
        self._sequence = None if _is_complete(sequence) else sequence
        if sequence == OLD_MOUSE:
            self._to_come = 3
        elif sequence in (PASTE_BEGINS, PASTE_ENDS):
            self._is_pasting = sequence == PASTE_BEGINS
            self._at_line_start = False


def _is_string(sequence: bytes) -> bool:
    return bool(sequence) and sequence[0] in STRINGS


def _is_complete(sequence: bytes) -> bool:
    last = sequence[-1]
    if _is_string(sequence):
        return last == BEL or (len(sequence) > 2 and sequence.endswith(b"\x1b\\"))
    if sequence[0] == CSI:
        return len(sequence) > 1 and not 0x20 <= last <= 0x3F
    return sequence[0] != SS3 or len(sequence) > 1
