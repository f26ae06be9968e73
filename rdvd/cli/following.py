"""A question that is asked again when something has happened: in a thread, so that nobody at a
keyboard ever waits for the daemon.

Events say when to ask. What has none, such as processor time, is asked for now and then. A daemon
that went away is looked for; until it is back each report says so.
"""

import os
import select
import sys
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, NoReturn

from rdvd.cli.exits import Failure
from rdvd.cli.listening import Ear, listening
from rdvd.cli.view import View
from rdvd.cli.websocket import Closed

SHORTEST_GAP = 0.1  # seconds between two questions, however much happens
SHARE = 4  # and so many times as long as the last answer took
PAUSE = 0.5  # between two looks for a daemon that is away: its socket tells nobody
HANDSHAKE = 5.0  # a daemon that listens but says nothing is as good as away
WITHOUT_EVENTS = 2.0  # then time alone says when to ask


class Report(NamedTuple):
    """`trouble`: what is wrong with it. `is_old`: nobody answers any more; so it was then."""

    answer: Any
    at: float  # seconds since the epoch, for people
    taken: float  # by the monotonic clock, for ages
    trouble: str = ""
    is_old: bool = False


class Follower:
    """After `start`, `news` can be waited for, and `look` has the latest report."""

    def __init__(self, view: View, first: Any, every: float) -> None:
        self._view = view
        self._every = every
        self._told = self._seen = Report(first, time.time(), time.monotonic())
        self._reports: SimpleQueue[Report] = SimpleQueue()
        self._fall: BaseException | None = None
        self._due = self._may_ask = 0.0
        self.asking_since: float | None = None
        self.news, self._bell = os.pipe()  # open to our end: the thread may ring at any time
        os.set_blocking(self.news, False)

    def start(self) -> None:
        """Nobody waits for its end: it may be in the middle of a question."""
        threading.Thread(target=self._run, name="follower", daemon=True).start()

    def look(self) -> Report:
        with suppress(BlockingIOError):
            if not os.read(self.news, 4096) and self._fall is not None:
                raise self._fall
        with suppress(Empty):
            while True:
                self._seen = self._reports.get_nowait()
        return self._seen

    def _run(self) -> None:
        try:
            while True:
                self._ask(self._follow())
                has_answer = not self._told.is_old and self._told.trouble
                pause = min(self._every, WITHOUT_EVENTS) if has_answer else PAUSE
                select.select([], [], [], pause)
        finally:  # no end that is foreseen leads here: whoever looks is told
            self._fall = sys.exception()
            os.close(self._bell)

    def _follow(self) -> str:
        """Until that is over; why it cannot be done, if it cannot."""
        try:
            with listening(self._view.types, HANDSHAKE) as ear:
                self._attend(ear)
        except Failure as failure:
            return f"{failure.args[0]}: no events, so it is asked every {WITHOUT_EVENTS:g} s"
        except (Closed, TimeoutError):
            return ""

    def _attend(self, ear: Ear) -> NoReturn:
        self._due = 0.0
        while True:
            left = self._due - time.monotonic()
            if left <= 0:
                self._ask()
                continue
            with suppress(TimeoutError):
                ear.hear(left)
                self._due = min(self._due, self._may_ask)

    def _ask(self, trouble: str = "") -> None:
        began = self.asking_since = time.monotonic()
        try:
            answer, wait = self._view.ask(), self._every
            report = Report(answer, time.time(), time.monotonic(), trouble)
        except Failure as failure:
            report, wait = self._told._replace(trouble=str(failure), is_old=True), PAUSE
        now = time.monotonic()
        self.asking_since, self._told = None, report
        self._may_ask = now + max(SHORTEST_GAP, SHARE * (now - began))
        self._due = now + wait
        self._reports.put(report)
        os.write(self._bell, b"!")
