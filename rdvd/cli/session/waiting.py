"""`rdv session wait`: until something is so. Events and the tape tell of it; nobody polls."""

import re
import select
import sys
import time
from typing import Any

import click

from rdvd.cli.exits import DAEMON_DOWN, FAILED, REFUSED, TIMED_OUT, USAGE, Failure
from rdvd.cli.options import json_option
from rdvd.cli.session.asking import name_of
from rdvd.cli.session.finding import Session, find
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import Viewing, tell

OVER = {"exited", "lost", "closed", "trashed"}
AWAY = {DAEMON_DOWN, REFUSED, TIMED_OUT}  # of a daemon that was there before
PAUSE = 0.3  # between two looks for a daemon that is away: its socket tells nobody
WINDOW = 64 * 1024  # characters in which a pattern is looked for across lines


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.argument("pattern", required=False)
@click.option("--for", "what", type=click.Choice(["exited", "active", "output"]), default="exited",
              show_default=True, help="What to wait for; output: a PATTERN in it.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(0), metavar="S", help="Give up after S seconds.")
@click.option("--from-start", is_flag=True,
              help="PATTERN may also be in what was printed before.")  # fmt: skip
@click.option("--exit-code", "tells_code", is_flag=True,
              help="End with the exit code of the session's program.")  # fmt: skip
@json_option
def wait(
    name: str, pattern: str | None, what: str, timeout: float | None, from_start: bool,
    tells_code: bool, fields: str | None,
) -> None:  # fmt: skip
    """Wait until a session has ended, is active, or prints what matches PATTERN.

    `rdv session wait build --for output 'listening on \\d+'`: a regular expression of Python.
    Exit code 7 if it has not happened within --timeout, 1 if it can happen no more.
    """
    if (what == "output") != (pattern is not None):
        raise Failure("PATTERN and --for output belong together", code=USAGE)
    session = find(name)
    if pattern is not None:
        _wait_for_output(session, _compiled(pattern), timeout, fields, from_start=from_start)
        return
    from rdvd.cli.session import words  # lazy: `rdv --help` reads this file too

    after = Wait(session, what, timeout).run()
    if fields is not None:
        tell(after, fields, "")
    else:
        click.echo(f"{name_of(after)}: {words.state(after)}", err=True)
    if tells_code and after["exited_at"] is not None:
        sys.exit(_code_of(after))


class Wait:
    """Listens first and looks then, so that nothing falls between."""

    def __init__(self, session: Session, what: str, seconds: float | None) -> None:
        self._session, self._what = session, what
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def run(self) -> Session:
        from rdvd.cli.websocket import WORTH_ANOTHER_TRY, Closed  # lazy: only now is it heard

        while True:
            try:
                return self._listen()
            except Closed as end:
                if end.code not in WORTH_ANOTHER_TRY:
                    raise Failure(str(end)) from end
            except TimeoutError:
                pass  # if there is no time left, `_left` says so
            except Failure as failure:
                if failure.code not in AWAY:
                    raise
            left = self._left()
            select.select([], [], [], PAUSE if left is None else min(left, PAUSE))

    def _listen(self) -> Session:
        from rdvd.cli.listening import heard  # lazy: as above

        for event in heard(("session.",), self._left):
            if event is None:
                session = find(self._session["id"])
            elif event["data"].get("session", {}).get("id") == self._session["id"]:
                session = event["data"]["session"]
            else:
                continue
            if self._is_so(session):
                return session
        raise AssertionError("events never end by themselves")

    def _is_so(self, session: Session) -> bool:
        status = session["status"]
        if self._what == "exited":
            return status in OVER
        if status in {"closed", "trashed"}:
            raise Failure(f"{name_of(session)} is {status}: it will never be active", code=FAILED)
        return status == "active"

    def _left(self) -> float | None:
        if self._deadline is None:
            return None
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._too_late()
        return left

    def _too_late(self) -> Failure:
        what = "ended" if self._what == "exited" else "become active"
        cause = f"{name_of(self._session)} has not {what} in time"
        return Failure(cause, code=TIMED_OUT)


def _wait_for_output(
    session: Session,
    pattern: "re.Pattern[str]",
    seconds: float | None,
    fields: str | None,
    *,
    from_start: bool,
) -> None:
    from rdvd.cli.session.tape import Tape  # lazy: as above
    from rdvd.cli.session.text import Lines  # lazy: as above

    tape, lines, seen = Tape(session, from_now=not from_start), Lines(), ""
    for piece in tape.read(follows=True, seconds=seconds):
        if isinstance(piece, bytes):
            seen += "".join(f"{line}\n" for line in lines.feed(piece))
            if found := pattern.search(seen + lines.rest):
                groups: Any = {"match": found[0], "groups": list(found.groups())}
                tell(groups, fields, found[0])
                return
            seen = seen[-WINDOW:]
    raise Failure(f"{name_of(session)} has ended without printing that", code=FAILED)


def _compiled(pattern: str) -> "re.Pattern[str]":
    try:
        return re.compile(pattern, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise Failure(f"PATTERN is no regular expression: {error}", code=USAGE) from error


def _code_of(session: Session) -> int:
    if session["exit_signal"] is not None:
        return 128 + session["exit_signal"]
    return FAILED if session["exit_code"] is None else session["exit_code"]
