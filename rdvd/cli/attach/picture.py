"""What the session's picture has done to the terminal, and how that is undone. Pure."""

ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"
# Whatever tmux may have switched on in a terminal: mouse, focus, paste, keypad, a hidden cursor...
CALM = (
    b"\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1004l\x1b[?2004l"
    b"\x1b[>4m\x1b[?1l\x1b>\x1b(B\x0f\x1b[r\x1b[?7h\x1b[?25h\x1b[0 q\x1b[m"
)
LOWEST_LINE = b"\x1b[999;1H\r\n"
KEPT = len(ENTERED) - 1


class Picture:
    """Knows from what was shown whether the other screen of the terminal is in use."""

    def __init__(self) -> None:
        self._is_alternate = False
        self._was_drawn = False
        self._tail = b""

    def show(self, data: bytes) -> None:
        text = self._tail + data
        entered, left = text.rfind(ENTERED), text.rfind(LEFT)
        if entered != left:
            self._is_alternate = entered > left
        self._tail = text[-KEPT:]
        self._was_drawn = True

    def undo(self) -> bytes:
        """To a terminal in which a shell feels at home, and what it showed before is there."""
        if not self._was_drawn:
            return b""
        after = CALM + (LEFT if self._is_alternate else LOWEST_LINE)
        self.__init__()
        return after


def notice(text: str, columns: int, rows: int) -> bytes:
    """On the lowest line, with the cursor and everything else where they are."""
    line = f" {text} "[:columns]
    return f"\x1b7\x1b[{rows};1H\x1b[0;7m{line}\x1b[0m\x1b[K\x1b8".encode()
