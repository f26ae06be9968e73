"""The whole terminal for a while, and the terminal as it was afterwards, however that ends."""

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import FrameType, TracebackType
from typing import Any

from rdvd.cli.render import fit

# The alternate screen, no cursor, no wrapping: what is too wide is cut by the terminal too.
ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
HOME, REST_OF_LINE, REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
# Between these two a terminal that knows them shows nothing half done; others ignore them.
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"

Handler = Callable[[int, FrameType | None], Any] | int | None


def is_screen() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


class Screen:
    """Draws whole pictures, and waits for a key, a new size, news or a while to pass."""

    def __enter__(self) -> "Screen":
        self._keys = sys.stdin.fileno() if sys.stdin.isatty() else None
        self._mode = None if self._keys is None else termios.tcgetattr(self._keys)
        self._is_to_pause = False
        self._drawn = ""
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._before_wakeup = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._before: dict[signal.Signals, Handler] = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGTERM, self._end),
                (signal.SIGHUP, self._end),
                (signal.SIGTSTP, self._note),
                (signal.SIGWINCH, self._note),
            )
        }
        with ExitStack() as unless_entered:
            unless_entered.callback(self._restore)
            self._enter()
            unless_entered.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._restore()

    def size(self) -> os.terminal_size:
        return os.get_terminal_size(sys.stdout.fileno())

    def draw(self, text: str) -> None:
        """One write for the whole picture, and nothing is erased that is drawn again."""
        width, height = self.size()
        lines = [fit(line, width) + REST_OF_LINE for line in _cut(text.split("\n"), height)]
        picture = BEGIN + HOME + "\r\n".join(lines) + REST_OF_SCREEN + END
        if picture != self._drawn:
            _write(picture)
            self._drawn = picture

    def wait(self, seconds: float, news: int) -> str:
        """The key that was pressed; nothing if it is simply time to look again, or there are
        `news`, a descriptor that can be read."""
        sources = [self._woken, news, *([] if self._keys is None else [self._keys])]
        ready, _, _ = select.select(sources, [], [], seconds)
        if self._woken in ready:
            os.read(self._woken, 4096)
            self._drawn = ""  # the terminal may have another size by now
        if self._is_to_pause:
            self._pause()
            return ""
        if self._keys is not None and self._keys in ready:
            pressed = os.read(self._keys, 64)
            if not pressed:
                raise SystemExit(128 + signal.SIGHUP)  # the terminal is gone
            return pressed.decode(errors="replace")
        return ""

    def _restore(self) -> None:
        self._leave()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_wakeup)
        for descriptor in (self._woken, self._wake):
            os.close(descriptor)

    def _enter(self) -> None:
        if self._keys is not None:
            tty.setcbreak(self._keys)
        self._drawn = ""
        _write(ENTER)

    def _leave(self) -> None:
        with suppress(OSError, termios.error):  # a terminal that is gone needs nothing any more
            _write(LEAVE)
            if self._keys is not None and self._mode is not None:
                termios.tcsetattr(self._keys, termios.TCSADRAIN, self._mode)

    def _end(self, number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    def _note(self, number: int, _: FrameType | None) -> None:
        """Being caught wakes `wait`. Nothing is written here: a picture may be half drawn."""
        self._is_to_pause |= number == signal.SIGTSTP

    def _pause(self) -> None:
        """Ctrl-Z: the shell gets its terminal, and we get it back when we go on."""
        self._is_to_pause = False
        self._leave()
        noting = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, noting)
        self._enter()


def _cut(lines: list[str], height: int) -> list[str]:
    if len(lines) <= height:
        return lines
    return [*lines[: height - 1], f"… {len(lines) - height + 1} more lines"]


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
