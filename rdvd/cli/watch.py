"""`--watch`: the same view whenever something happens, on the whole screen or as a new block per
change. What is asked, and when, is in `following`; here it is shown."""

import errno
import select
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from rdvd.cli import render
from rdvd.cli.following import Follower, Report
from rdvd.cli.screen import Screen, is_screen
from rdvd.cli.view import View

TICK = 1.0  # seconds between two looks at the clock, for ages
LONG = 2.0  # without an answer, before it is told

Press = Callable[[str], None]


def watch(view: View, fields: str | None, every: float) -> None:
    """Until Ctrl-C or q. A daemon that goes away is waited for, but it must be there at first."""
    if fields is not None:
        _print_changes(view, every, lambda answer: render.as_line(answer, fields))
    elif is_screen():
        live(view, every)
    else:
        _print_changes(view, every, lambda answer: f"{view.draw(answer)}\n")


def live(view: View, every: float, press: Press = lambda _: None) -> None:
    """On the whole screen. `press` is told of every other key than q."""
    follower = _following(view, every)
    with Screen() as screen:
        while True:
            screen.draw(_picture(view, follower))
            key = screen.wait(TICK, follower.news)
            if key in {"q", "Q", "\x04"}:
                return
            if key:
                press(key)


def _following(view: View, every: float) -> Follower:
    follower = Follower(view, view.ask(), every)
    follower.start()
    return follower


def _picture(view: View, follower: Follower) -> str:
    report, since = follower.look(), follower.asking_since
    passed = 0.0 if report.is_old else time.monotonic() - report.taken
    silence = 0.0 if since is None else time.monotonic() - since
    parts = [
        _headline(report),
        *_notices(report, silence),
        view.draw(view.aged(report.answer, passed)),
    ]
    return "\n\n".join(parts)


def _headline(report: Report) -> str:
    command = " ".join(word for word in sys.argv[1:] if not word.startswith("--watch"))
    return f"rdv {command} · {_clock(report)} · q ends it"


def _notices(report: Report, silence: float) -> list[str]:
    if report.is_old:
        return [f"{report.trouble}\n     asking again; this is how it was at {_clock(report)}"]
    if silence > LONG:
        return [f"no answer for {silence:.0f} s; this is how it was at {_clock(report)}"]
    return [f"! {report.trouble}"] if report.trouble else []


def _clock(report: Report) -> str:
    return time.strftime("%H:%M:%S", time.localtime(report.at))


def _print_changes(view: View, every: float, text: Callable[[Any], str]) -> None:
    """A failure counts as a change too, and goes to standard error."""
    follower = _following(view, every)
    essence: object = None
    while True:
        report = follower.look()
        now: object = report.trouble if report.is_old else view.essence(report.answer)
        if now != essence:
            essence = now
            click.echo(report.trouble if report.is_old else text(report.answer), err=report.is_old)
        _pause(follower)


def _pause(follower: Follower) -> None:
    """A reader that goes away, as `| head` does, ends it at once: nothing may be left over that
    nobody reads."""
    poll = select.poll()
    poll.register(sys.stdout, 0)  # of itself it says only that the other end is gone
    poll.register(follower.news, select.POLLIN)
    if any(number != follower.news for number, _ in poll.poll()):
        raise BrokenPipeError(errno.EPIPE, "nobody reads any more")
