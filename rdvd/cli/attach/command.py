"""`rdv attach`: the words of the command."""

import os
import sys
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import CONFLICT, OK, USAGE, Failure
from rdvd.cli.options import json_option
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import Viewing
from rdvd.cli.words import as_word

NONE = "none"
DUMB = "dumb"


def check_escape(_: click.Context, __: click.Parameter, value: str) -> str | None:
    if value == NONE:
        return None
    if len(value) != 1 or not value.isascii() or not value.isprintable() or value in ".? ":
        raise click.BadParameter("one printable character but . and ?, or none")
    return value


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.option("--read-only", "-r", is_flag=True, help="Look only; keys go nowhere.")
@click.option("--escape", "-e", default="~", show_default=True, metavar="CHAR",
              callback=check_escape,
              help="What begins an escape; none: there are none.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(0, 86_400), default=60.0, show_default=True,
              metavar="S", help="How long to wait for a daemon that goes away.")  # fmt: skip
@click.option("--exit-code", "tells_code", is_flag=True,
              help="End with the exit code of the session's program.")  # fmt: skip
@click.option("--force", is_flag=True, help="Also to the session that this command runs in.")
@json_option
def attach(
    name: str, read_only: bool, escape: str | None, timeout: float, tells_code: bool, force: bool,
    fields: str | None,
) -> None:  # fmt: skip
    """Put a session on this terminal. NAME is its name, its id, or the beginning of its id.

    \b
    At the beginning of a line:
      ~.   detach; the session goes on
      ~^Z  suspend rdv; fg comes back
      ~?   show these
      ~~   type a tilde

    Ctrl-C and all other keys go to the session. A daemon that goes away is waited for; what is
    typed meanwhile arrives afterwards. With --json how it ended is told as JSON, on standard error
    as the words would be: standard output is the terminal.
    """
    check_terminal(name)
    session = find_to_attach(name, is_forced=force)
    begin(
        session,
        read_only=read_only,
        escape=escape,
        patience=timeout,
        tells_code=tells_code,
        fields=fields,
    )


def check_terminal(name: str) -> None:
    if not sys.stdin.isatty():
        hint = f"`rdv session send {as_word(name)}` types what a program says."
        raise Failure("standard input is no terminal", hint=hint, code=USAGE)
    if not sys.stdout.isatty():
        hint = f"`rdv session logs -f {as_word(name)}` follows what it prints."
        raise Failure("standard output is no terminal", hint=hint, code=USAGE)
    if os.environ.get("TERM", DUMB) == DUMB:
        hint = f"Set TERM, or use `rdv session logs -f {as_word(name)}`."
        raise Failure("TERM says that this terminal can show no pictures", hint=hint, code=USAGE)


def find_to_attach(word: str, *, is_forced: bool) -> dict[str, Any]:
    from rdvd.cli.session.finding import find  # lazy: `rdv --help` reads this file too

    session = find(word)
    if session["id"] == os.environ.get("RDV_SESSION_ID") and not is_forced:
        cause = f"this terminal is {session['name']} itself: it would show itself without end"
        raise Failure(cause, hint="--force does it all the same.", code=CONFLICT)
    return session


def begin(
    session: dict[str, Any],
    *,
    read_only: bool = False,
    escape: str | None = "~",
    patience: float = 60.0,
    tells_code: bool = False,
    fields: str | None = None,
) -> None:
    from rdvd.cli.attach.client import Client  # lazy: only now is anything shown
    from rdvd.cli.attach.tty import Tty  # lazy: as above
    from rdvd.cli.attach.visit import Wish  # lazy: as above
    from rdvd.cli.words import plain  # lazy: as above

    token, socket = here.read_cli_token(), here.terminal_socket()
    name = plain(session["name"])
    client = Client(Wish(socket, token, session["id"], name, read_only, escape, patience))
    client.connect(os.get_terminal_size(sys.stdout.fileno()))
    with Tty(sys.stdin.fileno(), sys.stdout.fileno()) as terminal:
        ending = client.run(terminal)
    if ending.code != OK:
        raise Failure(ending.text, hint=ending.hint, code=ending.code)
    click.echo(
        f"rdv: {ending.text}" if fields is None else _as_json(session, ending, fields), err=True
    )
    if tells_code and ending.program is not None:
        sys.exit(ending.program)


def _as_json(session: dict[str, Any], ending: Any, fields: str) -> str:
    from rdvd.cli.render import as_line  # lazy: as above

    how = {"session_id": session["id"], "name": session["name"], "detached": ending.is_detached,
           "program_exit_code": ending.program, "text": ending.text}  # fmt: skip
    return as_line(how, fields)
