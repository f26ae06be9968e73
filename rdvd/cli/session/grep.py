"""`rdv grep`: what sessions printed, searched."""

import sys
import time
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.options import json_option
from rdvd.cli.session.finding import find
from rdvd.cli.session.logs import moment_of
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import Viewing

NOTHING_FOUND = 1
PATIENCE = 60  # seconds; the daemon itself takes ten for a search, and may have others to do first
WHY_CUT = {
    "matches": "there may be more: --limit says how many are enough",
    "bytes": "not all was looked at, it is too much: narrow it with --session or --since",
    "time": "not all was looked at, it takes too long: narrow it with --session or --since",
}


@click.command(cls=Viewing)
@click.argument("pattern")
@click.option("--session", "-s", metavar="NAME", shell_complete=open_sessions,
              help="Only this session.")  # fmt: skip
@click.option("--context", "-C", type=click.IntRange(0, 50), default=0, metavar="N",
              help="With N lines before and after each.")  # fmt: skip
@click.option("--since", metavar="WHEN", help="Only what came after: 90s, 5min, 2h, 1d ago, or a "
              "time such as 2026-01-31T12:00.")  # fmt: skip
@click.option("--ignore-case", "-i", is_flag=True, help="Upper and lower case are the same.")
@click.option("--fixed", "-F", is_flag=True, help="PATTERN is text, no regular expression.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, metavar="N",
              help="How many matches are enough.")  # fmt: skip
@json_option
def grep(
    pattern: str, session: str | None, context: int, since: str | None, ignore_case: bool,
    fixed: bool, limit: int, fields: str | None,
) -> None:  # fmt: skip
    """Search what your sessions printed, also those that are closed, line by line.

    Secrets are hidden. Exit code 0: something was found, 1: nothing.
    """
    asked = {
        "q": pattern, "regex": _word(not fixed), "ignore_case": _word(ignore_case),
        "context": context, "limit": limit,
        "session": None if session is None else find(session)["id"],
        "since": None if since is None else moment_of(since, time.time()),
    }  # fmt: skip
    answer = _ask(asked)
    _show(answer, fields, has_context=context > 0)
    if answer["cut_off"] is not None:
        click.echo(f"rdv: {WHY_CUT[answer['cut_off']]}", err=True)
    if not answer["hits"]:
        sys.exit(NOTHING_FOUND)


def _ask(asked: dict[str, Any]) -> Any:
    from urllib.parse import urlencode  # lazy: `rdv --help` reads this file too

    known = {name: value for name, value in asked.items() if value is not None}
    return here.api(PATIENCE).get(f"/api/log/search?{urlencode(known)}")


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def _show(answer: Any, fields: str | None, *, has_context: bool) -> None:
    if fields is not None:
        from rdvd.cli import render  # lazy: as above

        click.echo(render.as_json(answer, fields))
        return
    for number, hit in enumerate(answer["hits"]):
        if has_context and number:
            click.echo("--")
        for line in _lines(hit):
            click.echo(line)  # which leaves colours out where no terminal is


def _lines(hit: Any) -> list[str]:
    from rdvd.cli.words import moment, plain  # lazy: as above

    name = click.style(plain(hit["session_name"]), fg="magenta")
    at = click.style(moment(hit["at"], absent="-"), fg="green")
    around = [f"{name} {at}-{plain(line)}" for line in (*hit["before"], *hit["after"])]
    found = f"{name} {at}:{click.style(plain(hit['line']), bold=True)}"
    middle = len(hit["before"])
    return [*around[:middle], found, *around[middle:]]
