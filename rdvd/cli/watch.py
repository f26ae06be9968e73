"""`--watch`: the same view again and again, on the whole screen or as a new block per change.

Both ways wait in one place each, `Screen.wait` and `_pause`. What comes by itself, such as events,
ends that wait early; nothing else here needs to know of it.
"""

import errno
import json
import select
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from rdvd.cli import render
from rdvd.cli.exits import Failure
from rdvd.cli.screen import Screen, is_screen
from rdvd.cli.view import View

Press = Callable[[str], None]


def watch(view: View, fields: str | None, every: float) -> None:
    """Until Ctrl-C or q. A daemon that goes away is waited for, but it must be there at first."""
    first = view.ask()
    if fields is not None:
        _print_changes(view, first, every, lambda answer: _one_line(answer, fields))
    elif is_screen():
        live(view, every)
    else:
        _print_changes(view, first, every, lambda answer: f"{view.draw(answer)}\n")


def live(view: View, every: float, press: Press = lambda _: None) -> None:
    """On the whole screen. `press` is told of every other key than q."""
    with Screen() as screen:
        while True:
            screen.draw(f"{_headline(every)}\n\n{_look(view)}")
            key = screen.wait(every)
            if key in {"q", "Q", "\x04"}:
                return
            if key:
                press(key)


def _look(view: View) -> str:
    try:
        return view.draw(view.ask())
    except Failure as failure:
        return f"{failure}\n\nasking again"


def _headline(every: float) -> str:
    command = " ".join(word for word in sys.argv[1:] if not word.startswith("--watch"))
    return f"rdv {command} · every {every:g} s · {time.strftime('%H:%M:%S')} · q ends it"


def _print_changes(view: View, answer: Any, every: float, text: Callable[[Any], str]) -> None:
    """`answer` is the first; a failure counts as a change too, and goes to standard error."""
    essence: object = view.essence(answer)
    click.echo(text(answer))
    while True:
        _pause(every)
        try:
            answer = view.ask()
            now: object = view.essence(answer)
        except Failure as failure:
            answer, now = None, str(failure)
        if now != essence:
            essence = now
            click.echo(text(answer) if answer is not None else now, err=answer is None)


def _pause(seconds: float) -> None:
    """A reader that goes away, as `| head` does, ends it at once: nothing may be left over that
    nobody reads."""
    poll = select.poll()
    poll.register(sys.stdout, 0)  # of itself it says only that the other end is gone
    if poll.poll(seconds * 1000):
        raise BrokenPipeError(errno.EPIPE, "nobody reads any more")


def _one_line(answer: Any, fields: str) -> str:
    chosen: Any = json.loads(render.as_json(answer, fields))
    return json.dumps(chosen, ensure_ascii=False)
