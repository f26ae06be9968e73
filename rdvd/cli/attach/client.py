"""The one loop of `rdv attach`: keys to the daemon, pictures to the terminal.

It waits in one place for everything at once: the terminal and the daemon may each be as slow as
they like, or gone. After a break the daemon draws the picture anew, whole; what was typed meanwhile
is kept for it.
"""

import os
import select
import signal
import time
from contextlib import ExitStack
from typing import Any

from rdvd.cli.attach import endings
from rdvd.cli.attach.endings import Ending
from rdvd.cli.attach.escapes import Command, Escapes
from rdvd.cli.attach.patience import Patience
from rdvd.cli.attach.tty import Tty
from rdvd.cli.attach.typed import Typed, keys
from rdvd.cli.attach.visit import Visit, Wish, visiting
from rdvd.cli.exits import DAEMON_DOWN, NOT_ALLOWED, NOT_FOUND, USAGE, Failure
from rdvd.cli.websocket import Closed

FIRST_ANSWER, NEXT_ANSWER = 30.0, 5.0  # seconds that a daemon has which listens, but says nothing
NOTICE_SECONDS = 6.0
PICTURE_SECONDS = 0.3  # until the picture is whole, and may be written upon
PARTING_SECONDS = 1.0  # for the last keys to arrive
FINAL = {NOT_FOUND, NOT_ALLOWED, USAGE}


class Client:
    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._escapes, self._typed = Escapes(wish.escape), Typed()
        self._patience = Patience(wish.patience)
        self._ending: Ending | None = None
        self._visit: Visit | None = None
        self._held = ExitStack()
        self._is_fresh = False  # something may have been heard already, behind select's back
        self._in_doubt = 0
        self._notice_at: float | None = None
        self._repaint_at: float | None = None
        self._leaves_at: float | None = None

    def connect(self, size: os.terminal_size, seconds: float = FIRST_ANSWER) -> None:
        """A `Failure` if the daemon is not there, or refuses."""
        self._visit = self._held.enter_context(visiting(self._wish, size, seconds))
        self._is_fresh = True

    def run(self, terminal: Tty) -> Ending:
        """Until it ends for good. `connect` comes before, while Ctrl-C still ends us."""
        try:
            while self._ending is None:
                self._turn(terminal)
            return self._ending
        finally:
            self._disconnect()

    def _turn(self, terminal: Tty) -> None:
        ready = self._wait(terminal)
        if terminal.woken in ready:
            self._obey_signals(terminal)
        if terminal.keys in ready:
            self._take_keys(terminal)
        if self._visit is not None and (self._is_fresh or self._visit.link in ready):
            self._attend(self._visit, terminal)
        if terminal.is_pending:
            terminal.flush()
        if self._visit is not None:
            self._answer(self._visit, terminal)
        self._keep_time(terminal)

    def _wait(self, terminal: Tty) -> list[Any]:
        readers: list[Any] = [terminal.woken]
        writers: list[Any] = [terminal.screen] if terminal.is_pending else []
        if self._typed.has_room:
            readers.append(terminal.keys)
        if self._visit is not None and terminal.has_room:
            readers.append(self._visit.link)
        if self._visit is not None and self._visit.link.backlog:
            writers.append(self._visit.link)
        readable, writable, _ = select.select(readers, writers, [], self._until_due())
        return [*readable, *writable]

    def _until_due(self) -> float | None:
        next_try = self._patience.next_try if self._visit is None else None
        due = [
            at
            for at in (self._leaves_at, self._notice_at, self._repaint_at, next_try)
            if at is not None
        ]
        if self._is_fresh:
            return 0
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _keep_time(self, terminal: Tty) -> None:
        now = time.monotonic()
        if self._ending is not None:
            return
        if self._leaves_at is not None:
            self._leave(now)
        elif self._visit is None and now >= self._patience.next_try:
            self._try_again(terminal)
        elif self._notice_at is not None and now >= self._notice_at:
            count, self._in_doubt, self._notice_at = self._in_doubt, 0, None
            self._notify(terminal, f"rdv: back; the last {keys(count)} may not have arrived")
        elif self._repaint_at is not None and now >= self._repaint_at:
            self._repaint()

    def _obey_signals(self, terminal: Tty) -> None:
        noted = terminal.take_signals()
        if signal.SIGTSTP in noted:
            self._suspend(terminal)
        elif signal.SIGCONT in noted:  # somebody had stopped us, and the shell had the terminal
            terminal.enter()
            self._repaint()
        elif signal.SIGWINCH in noted and self._visit is not None:
            self._visit.resize(terminal.size())

    def _take_keys(self, terminal: Tty) -> None:
        typed = terminal.read()
        if not typed:
            raise SystemExit(128 + signal.SIGHUP)
        if self._repaint_at is not None:
            self._repaint_at = 0.0  # who types has read what we said
        for each in self._escapes.feed(typed):
            match each:
                case bytes():
                    self._keep(each)
                case Command.DETACH:
                    self._leaves_at = time.monotonic() + PARTING_SECONDS
                    return
                case Command.SUSPEND:
                    self._suspend(terminal)
                case Command.HELP:
                    key = self._wish.escape
                    say = f"{key}. detach   {key}^Z suspend   {key}{key} a {key}   {key}? this help"
                    self._notify(terminal, say)

    def _leave(self, now: float) -> None:
        """Once the last keys have arrived, if they do."""
        left = self._typed.left
        if self._visit is not None and left and now < (self._leaves_at or 0):
            return
        lost = f"; the last {keys(left)} may not have arrived" if left else ""
        self._ending = Ending(
            f"detached from {self._wish.name}, which goes on{lost}", is_detached=True
        )

    def _keep(self, typed: bytes) -> None:
        if not (self._wish.read_only or (self._visit is not None and self._visit.read_only)):
            self._typed.add(typed)

    def _suspend(self, terminal: Tty) -> None:
        """Without a stream: nobody would read it, and the size is for those who look."""
        self._disconnect()
        terminal.pause()
        self._patience.lost(time.monotonic())

    def _notify(self, terminal: Tty, text: str) -> None:
        """Over the lowest line, which is then drawn anew."""
        terminal.say(text)
        self._repaint_at = time.monotonic() + NOTICE_SECONDS

    def _attend(self, visit: Visit, terminal: Tty) -> None:
        self._is_fresh = False
        visit.link.flush()
        try:
            visit.listen(terminal, self._typed)
        except Closed as end:
            self._judge(end, visit, terminal)
            return
        if visit.was_greeted:
            self._patience.found()
            if self._in_doubt and self._notice_at is None:
                self._notice_at = time.monotonic() + PICTURE_SECONDS

    def _answer(self, visit: Visit, terminal: Tty) -> None:
        if not terminal.is_pending:
            visit.acknowledge()
        if not visit.read_only:
            visit.send(self._typed)

    def _judge(self, end: Closed, visit: Visit, terminal: Tty) -> None:
        if not endings.is_worth_another_try(end.code, visit.error):
            name = self._wish.name
            self._ending = endings.ending_by(end.code, end.reason, name, visit.exit, visit.error)
            return
        self._disconnect()
        if visit.was_greeted:
            self._patience.lost(time.monotonic())
        else:
            self._fail(terminal)

    def _disconnect(self) -> None:
        self._held.close()
        self._visit = None
        self._in_doubt += self._typed.give_up()
        self._notice_at = self._repaint_at = None

    def _repaint(self) -> None:
        """A stream that is opened anew begins with the whole picture."""
        if self._typed.in_doubt:
            self._repaint_at = time.monotonic() + PICTURE_SECONDS
        else:
            self._disconnect()
            self._patience.lost(time.monotonic())

    def _try_again(self, terminal: Tty) -> None:
        try:
            self.connect(terminal.size(), NEXT_ANSWER)
        except Failure as failure:
            if failure.code in FINAL:
                text = f"{self._wish.name}: {failure.args[0]}"
                self._ending = Ending(text, failure.code, failure.hint)
            else:
                self._fail(terminal)

    def _fail(self, terminal: Tty) -> None:
        wish = self._wish
        if not self._patience.failed(time.monotonic()):
            text = f"the daemon has not come back within {wish.patience:g} s"
            self._ending = Ending(text, DAEMON_DOWN, f"{wish.name} goes on without it.")
            return
        way_out = f" ({wish.escape}. detaches)" if wish.escape else ""
        terminal.say(f"rdv: the daemon is away; connecting again{way_out}")
