"""`rdv session show` and `screen`: what a session is, and what is on its screen."""

import time
from typing import Any

import click

from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.options import json_option, watch_option
from rdvd.cli.session.asking import ask
from rdvd.cli.session.finding import Session, find
from rdvd.cli.session.logs import moment_of
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import View, Viewing
from rdvd.cli.view import show as show_view


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.option("--why", is_flag=True, help="Also every fact that its state was decided by.")
@json_option
@watch_option
def show(name: str, why: bool, fields: str | None, every: float | None) -> None:
    """All about one session."""
    look = _ask_why if why else find
    view = View(lambda: look(name), _draw, _essence, types=("session.",), refresh=5.0)
    show_view(view, fields, every)


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.option("--lines", "-n", type=click.IntRange(1, 100_000), metavar="N",
              help="The last N lines, also of what has scrolled away.")  # fmt: skip
@click.option("--at", metavar="WHEN", help="What was on it then: 90s, 5min, 2h, 1d ago, or a time "
              "such as 2026-01-31T12:00.")  # fmt: skip
@click.option("--ansi", is_flag=True, help="With its colours.")
@json_option
def screen(name: str, lines: int | None, at: str | None, ansi: bool, fields: str | None) -> None:
    """What is on the screen of a session, or was when its program ended, or at any moment."""
    from rdvd.cli import render  # lazy: `rdv --help` reads this file too

    session, how = find(name), "ansi" if ansi else "text"
    path = f"/screen?format={how}"
    if lines is not None:
        path = f"/scrollback?format={how}&lines={lines}"
    if at is not None:
        if lines is not None:
            raise click.UsageError("--at shows a screen, --lines what is above it now")
        path += f"&at={_moment(at, session)}"
    answer = ask(session, path, method="GET")
    if fields is not None:
        click.echo(render.as_json(answer, fields))
    else:
        click.echo(answer["content"].rstrip("\n") + ("\x1b[m" if ansi else ""))


def _moment(at: str, session: Session) -> int:
    from rdvd.cli.words import moment  # lazy: as above

    asked, born = moment_of(at, time.time()), session["created_at"]
    if asked < born:
        raise Failure(f"the session began only at {moment(born)}", code=USAGE)
    return asked


def _essence(answer: Any) -> object:
    return answer


def _ask_why(name: str) -> Any:
    session = find(name)
    return session | {"why": ask(session, "/explain", method="GET")}


def _draw(answer: Any) -> str:
    from rdvd.cli.render import facts  # lazy: as above
    from rdvd.cli.session import words  # lazy: as above
    from rdvd.cli.words import plain  # lazy: as above

    told = words.facts(answer)
    why = answer.get("why")
    if why is None:
        return facts(told)
    told |= {
        "because": plain(why["because"]),
        "tmux says": plain(why["tmux"]),
        "in front": plain(why["foreground"] or "nothing"),
    }
    lines = [f"  {each['pid']:>7} {plain(each['state'])} {plain(each['name'])}"
             for each in why["processes"]]  # fmt: skip
    return "\n".join([facts(told), "processes" if lines else "no processes", *lines])
