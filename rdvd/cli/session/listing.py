"""`rdv session ls`."""

from typing import Any

import click

from rdvd.cli.options import json_option, watch_option
from rdvd.cli.session.finding import GONE, Session, sessions, shortest_ids
from rdvd.cli.view import View, Viewing, show

STATUSES = ("starting", "active", "suspended", "exited", "lost", "closed", "trashed")


@click.command(cls=Viewing)
@click.option("--all", "-a", "has_all", is_flag=True, help="Also those closed, or in the trash.")
@click.option("--status", type=click.Choice(STATUSES), help="Only those of this status.")
@json_option
@watch_option
def ls(has_all: bool, status: str | None, fields: str | None, every: float | None) -> None:
    """Your sessions, in your order."""
    view = View(
        lambda: _ask(status, has_all=has_all), _draw, _essence, types=("session.",), refresh=5.0
    )
    show(view, fields, every)


def _ask(status: str | None, *, has_all: bool) -> list[Session]:
    if status is not None:
        return sessions(status)
    gone = [each for status in GONE for each in sessions(status)] if has_all else []
    return [*sessions(), *gone]


def _draw(found: list[Session]) -> str:
    from rdvd.cli.render import table  # lazy: `rdv --help` reads this file too
    from rdvd.cli.session import words  # lazy: as above
    from rdvd.cli.words import plain  # lazy: as above

    if not found:
        return "No sessions. `rdv new` begins one."
    ids = shortest_ids([each["id"] for each in found])
    return table(
        [
            {
                "name": plain(each["name"]),
                "state": words.state(each),
                "active": words.ago(each["last_activity_at"]),
                "age": words.age(each["created_at"]),
                "id": ids[each["id"]],
                "program": words.program(each),
                "directory": plain(each["project_path"]),
            }
            for each in found
        ]
    )


def _essence(found: list[Session]) -> Any:
    return found
