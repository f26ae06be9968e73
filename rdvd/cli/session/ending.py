"""`rdv session close`, `trash`, `restore`."""

import json
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import CONFLICT, FAILED, USAGE, Failure
from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.session.asking import LONGEST, ask, name_of, tell
from rdvd.cli.session.changing import what_runs
from rdvd.cli.session.finding import Session, find
from rdvd.cli.session.offers import gone_sessions, open_sessions
from rdvd.cli.survivors import account_for
from rdvd.cli.view import Viewing

LIVING = {"starting", "active", "suspended"}


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@yes_option
@json_option
def close(name: str, is_confirmed: bool, fields: str | None) -> None:
    """End all that runs in a session, and the session. Its log is kept.

    Asks first if something runs. Processes that would not end are listed, with exit code 1.
    """
    session = _found(name, "Close it?", is_confirmed=is_confirmed)
    left = ask(session, "", method="DELETE")
    tell(left, fields, f"{name_of(session)} is closed.")
    account_for(left["survivors"])


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@yes_option
@json_option
def trash(name: str, is_confirmed: bool, fields: str | None) -> None:
    """Close a session and move it to the trash."""
    session = _found(name, "Close it and move it to the trash?", is_confirmed=is_confirmed)
    after = ask(session, "/trash")
    tell(after, fields, f"{name_of(after)} is in the trash; `rdv session restore` takes it out.")


@click.command(cls=Viewing)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=gone_sessions)
@click.option("--all", "has_all", is_flag=True, help="Begin all anew that lost their terminals.")
@json_option
def restore(names: tuple[str, ...], has_all: bool, fields: str | None) -> None:
    """Begin anew what has lost its terminal, or take a session out of the trash."""
    if bool(names) == has_all:
        raise Failure("either names or --all", hint="One of both says which.", code=USAGE)
    if has_all:
        _restore_all(fields)
        return
    for name in names:
        after, sentence = _restored(find(name))
        tell(after, fields, sentence)


def _found(name: str, question: str, *, is_confirmed: bool) -> Session:
    session = find(name)
    if session["status"] in LIVING:
        confirm(f"{what_runs(session)} {question}", is_confirmed=is_confirmed)
    return session


def _restored(session: Session) -> tuple[Session, str]:
    if session["status"] == "trashed":
        after = ask(session, "/untrash")
        return after, f"{name_of(after)} is out of the trash, and closed."
    if session["status"] == "lost":
        after = ask(session, "/restart")
        return after, f"{name_of(after)} has begun anew."
    cause = f"{name_of(session)} is {session['status']}, neither lost nor in the trash"
    raise Failure(cause, hint="`rdv session restart` begins one anew.", code=CONFLICT)


def _restore_all(fields: str | None) -> None:
    from rdvd.cli.words import plain  # lazy: `rdv --help` reads this file too

    answer: Any = here.api(LONGEST).request("POST", "/api/sessions/restore", json.dumps(None))
    restored, failed = answer["restored"], answer["failed"]
    lines = [f"{name_of(each)} has begun anew." for each in restored]
    tell(answer, fields, "\n".join(lines) or "No session has lost its terminal.")
    if failed:
        why = "\n".join(f"{id}  {plain(reason)}" for id, reason in failed.items())
        raise Failure(f"{len(failed)} could not be begun anew", hint=why, code=FAILED)
