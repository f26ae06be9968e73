"""`rdv audit`: what was done, and whether the log of it is whole."""

from collections.abc import Iterator
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import Failure
from rdvd.cli.offers import actions
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing

LARGEST_PAGE = 100
Entry = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes


@click.command(cls=Viewing)
@click.option("--verify", is_flag=True, help="Check the whole chain instead of showing it.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, metavar="N",
              help="How many entries at most.")  # fmt: skip
@click.option(
    "--action",
    metavar="A",
    shell_complete=actions,
    help="Only entries of this action, such as token.mint.",
)
@json_option
def audit(verify: bool, limit: int, action: str | None, fields: str | None) -> None:
    """What was done and by whom, newest first; with --verify, whether the log is whole."""
    from rdvd.cli import render  # lazy: `rdv --help` reads this file too

    if verify:
        _verify(fields)
        return
    entries = list(_entries(limit, action))
    if fields is not None:
        click.echo(render.as_json([*entries], fields))
    else:
        click.echo(render.table([_row(entry) for entry in entries]) or "no entries")


def _verify(fields: str | None) -> None:
    from rdvd.cli import render  # lazy: as above

    verdict: Any = here.api(seconds=600).get("/api/audit/verify")
    fault = verdict["fault"]
    if fields is not None:
        click.echo(render.as_json(verdict, fields))
    elif fault is None:
        head = verdict["head"]["hash"]
        click.echo(f"the log is whole: {verdict['checked']} entries, the last one has {head}")
    if fault is not None:
        cause = f"the log is NOT whole: entry {fault['seq']}: {fault['what']}"
        raise Failure(cause, hint="Compare it with a backup: `rdv backup` copies the log too.")


def _entries(limit: int, action: str | None) -> Iterator[Entry]:
    from urllib.parse import urlencode  # lazy: as above

    api, before = here.api(), None
    while limit > 0:
        asked = {"limit": min(limit, LARGEST_PAGE), "action": action, "before": before}
        known = {name: value for name, value in asked.items() if value is not None}
        page: Any = api.get(f"/api/audit?{urlencode(known)}")
        yield from page["entries"]
        limit -= len(page["entries"])
        before = page["before"]
        if before is None:
            return


def _row(link: Entry) -> dict[str, str]:
    from rdvd.cli.words import moment, plain  # lazy: as above

    entry = link["entry"]
    about = (entry["object"], entry["detail"])
    return {
        "seq": str(link["seq"]),
        "at": moment(link["at"]),
        "action": plain(entry["action"]),
        "outcome": entry["outcome"],
        "by": plain(entry["peer"] or entry["token"] or entry["user"]) or "-",
        "about": " ".join(plain(each) for each in about if each) or "-",
    }
