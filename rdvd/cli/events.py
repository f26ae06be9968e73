"""`rdv events`: what has happened, and what happens."""

import json
import select
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import DAEMON_DOWN, INTERRUPTED, NOT_ALLOWED, REFUSED, USAGE, Failure
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing

PREFIXES = (
    "actor.",
    "agent.",
    "facts.",
    "folder.",
    "preferences.",
    "session.",
    "token.",
    "trash.",
    "worktree.",
)  # for the shell; the daemon knows them all
TOKEN_ENDED = 4401
PAUSE = 0.5  # seconds between two looks for a daemon that is away: its socket tells nobody
Event = dict[str, Any]  # Any: JSON, of the shape that docs/events.md describes
Stream = Any  # rdvd.cli.websocket.WebSocket, which is read only when it is needed


def complete_prefix(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    return [each for each in PREFIXES if each.startswith(typed)]


@click.command(cls=Viewing)
@click.option("-f", "--follow", "is_followed", is_flag=True, help="Go on until Ctrl-C.")
@click.option(
    "--type", "types", multiple=True, metavar="PREFIX", shell_complete=complete_prefix,
    help="Only events whose type begins so, such as token. or actor.crashed; several may be given.",
)  # fmt: skip
@json_option
def events(is_followed: bool, types: tuple[str, ...], fields: str | None) -> None:
    """The last events that the daemon knows of; with -f also those to come.

    Following survives a restart of the daemon; what was missed is told on standard error. With
    --json each line is one event.
    """
    try:
        listener = Listener(types, _printer(fields))
        if is_followed:
            listener.follow()
        else:
            listener.listen(until_now=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


class Listener:
    """Knows where it is in the stream, and so where to go on after a break."""

    def __init__(self, types: Sequence[str], show: Callable[[Event], None]) -> None:
        self._types = types
        self._show = show
        self._stream: str | None = None  # which life of the daemon `_at` is a position in
        self._at = 0

    def follow(self) -> None:
        from rdvd.cli.websocket import WORTH_ANOTHER_TRY, Closed  # lazy: only this command streams

        while True:
            try:
                self.listen()
            except Closed as end:
                if end.code not in WORTH_ANOTHER_TRY:
                    raise _failure_of(end) from end
                _say(f"{end}; connecting again")
            except TimeoutError:
                _say("the daemon is silent; connecting again")
            except Failure as failure:
                if failure.code != DAEMON_DOWN or self._stream is None:
                    raise
            select.select([], [], [], PAUSE)

    def listen(self, *, until_now: bool = False) -> None:
        from rdvd.cli.websocket import Closed, opened  # lazy: as above

        with opened(here.terminal_socket(), "/ws/events", token=here.read_cli_token()) as stream:
            try:
                heartbeat, missed = self._greet(stream)
                while missed or not until_now:
                    missed -= self._take(_hear(stream, 2 * heartbeat))
            except Closed as end:
                if until_now:
                    raise _failure_of(end) from end
                raise

    def _greet(self, stream: Stream) -> tuple[float, int]:
        """How often something comes at least, and how many events are to come at once."""
        about = _hear(stream, here.PATIENCE)["data"]
        if about["stream"] != self._stream:
            if self._stream is not None:
                _say("the daemon was restarted; its last events before that may be missing")
            self._stream, self._at = about["stream"], about["oldest"]
        order = {"types": self._types, "resume": self._at, "stream": self._stream}
        stream.send(json.dumps({"type": "subscribe", **order}))
        answer = _hear(stream, here.PATIENCE)
        if answer["type"] == "error":
            raise Failure(answer["data"]["detail"], code=USAGE)
        if answer["type"] == "snapshot":
            _say("some events are missing: the daemon has kept the latest only")
        self._at = answer["seq"]
        return about["heartbeat_seconds"], answer["data"].get("missed", 0)

    def _take(self, event: Event) -> int:
        """How many facts that was."""
        self._at = event["seq"]
        if event["type"] == "heartbeat":
            return 0
        self._show(event)
        return 1


def _hear(stream: Stream, seconds: float) -> Event:
    return json.loads(stream.receive(seconds))


def _failure_of(end: Any) -> Failure:
    if end.code == TOKEN_ENDED:
        return Failure(str(end), hint="`rdv auth login` gets another token.", code=NOT_ALLOWED)
    return Failure(str(end), code=REFUSED)


def _say(text: str) -> None:
    click.echo(f"rdv: {text}", err=True)


def _printer(fields: str | None) -> Callable[[Event], None]:
    if fields is None:
        return lambda event: click.echo(_line(event))
    names = [name.strip() for name in fields.split(",") if name.strip()]
    known = {"seq", "at", "type", "data"}
    if not known.issuperset(names):
        raise Failure(f"no field {fields}", hint="There are: seq, at, type, data.", code=USAGE)
    return lambda event: click.echo(
        json.dumps({name: event[name] for name in names or event}, ensure_ascii=False)
    )


def _line(event: Event) -> str:
    from rdvd.cli.words import moment, plain  # lazy: `rdv --help` reads this file too

    about = " ".join(f"{name}={_word(value)}" for name, value in event["data"].items())
    return plain(f"{moment(event['at'])}  {event['type']:<17}  {about}")


def _word(value: object) -> str:
    """As it is if it is one word, else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False) if len(text.split()) != 1 else text
