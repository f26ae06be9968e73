"""The terminal that `rdv attach` sits at: raw for a while, and as it was before afterwards."""

import os
import select
import signal
import termios
import time
import tty
from contextlib import ExitStack, suppress
from types import FrameType, TracebackType

from rdvd.cli.attach.picture import Picture, notice

AT_ONCE = 64 * 1024
MOST_PENDING = 64 * 1024  # beyond that nothing more is read from the daemon
LAST_WORDS = 0.5  # seconds for a terminal to take what is left
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
NOTED = (signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT)


class Tty:
    """`with Tty(keys, screen) as terminal`: descriptors of one terminal, or of two."""

    def __init__(self, keys: int, screen: int) -> None:
        self.keys = keys
        self._screen_given = screen
        self._picture = Picture()
        self._pending = bytearray()
        self._noted = set[int]()  # signals, until somebody takes them

    def __enter__(self) -> "Tty":
        self._mode = termios.tcgetattr(self.keys)
        with ExitStack() as held:
            self.screen = self._own_screen(held)
            self.woken, wake = os.pipe()
            held.callback(os.close, self.woken)
            held.callback(os.close, wake)
            os.set_blocking(wake, False)
            before = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
            held.callback(signal.set_wakeup_fd, before)
            for number in (*ENDING, *NOTED):
                handler = self._end if number in ENDING else self._note
                held.callback(signal.signal, number, signal.signal(number, handler))
            held.callback(self.leave)
            self.enter()
            self._held = held.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number in ENDING:  # one of them has come, or the end is here anyway
            signal.signal(number, signal.SIG_IGN)
        self._held.close()

    @property
    def has_room(self) -> bool:
        return len(self._pending) < MOST_PENDING

    @property
    def is_pending(self) -> bool:
        return bool(self._pending)

    def size(self) -> os.terminal_size:
        with suppress(OSError):  # it is gone
            return os.get_terminal_size(self.screen)
        return os.terminal_size((0, 0))

    def read(self) -> bytes:
        """What was typed; nothing once the terminal is gone."""
        with suppress(OSError):
            return os.read(self.keys, AT_ONCE)
        return b""

    def take_signals(self) -> set[int]:
        os.read(self.woken, 4096)
        noted, self._noted = self._noted, set[int]()
        return noted

    def show(self, data: bytes) -> None:
        self._picture.show(data)
        self._pending += data

    def say(self, text: str) -> None:
        columns, rows = self.size()
        if rows:
            self.show(notice(text, columns, rows))

    def flush(self) -> None:
        try:
            del self._pending[: os.write(self.screen, self._pending[:AT_ONCE])]
        except BlockingIOError:
            pass
        except OSError:  # it is gone, as whoever reads from it learns
            self._pending.clear()

    def pause(self) -> None:
        """The shell gets its terminal, and we get it back when we go on."""
        self.leave()
        noting = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, noting)
        self.enter()
        self._noted.clear()

    def enter(self) -> None:
        """Without throwing away what was typed before."""
        tty.setraw(self.keys, termios.TCSANOW)

    def leave(self) -> None:
        """A terminal that takes nothing any more must not keep us here."""
        self._pending += self._picture.undo()
        until = time.monotonic() + LAST_WORDS
        while self._pending and (left := until - time.monotonic()) > 0:
            select.select([], [self.screen], [], left)
            self.flush()
        self._pending.clear()
        with suppress(termios.error):
            termios.tcsetattr(self.keys, termios.TCSANOW, self._mode)

    def _own_screen(self, held: ExitStack) -> int:
        """Opened anew: only so may it be non-blocking without being so for the shell as well."""
        try:
            name = os.ttyname(self._screen_given)
            own = os.open(name, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:  # another mount namespace, or another user's: then it may make us wait
            return self._screen_given
        held.callback(os.close, own)
        return own

    def _end(self, number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    def _note(self, number: int, _: FrameType | None) -> None:
        self._noted.add(number)
