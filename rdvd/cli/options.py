"""Options that several commands share."""

import math
from typing import Any

import click

LIVE = "live"


class Seconds(click.FloatRange):
    """NaN is below no limit and above none, and no clock can wait for it."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return seconds


class Pace(Seconds):
    """0: what is watched knows best."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        return 0.0 if value == LIVE else super().convert(value, param, ctx)


json_option = click.option(
    "--json",
    "fields",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[FIELDS]",
    help="Print JSON; with --json=a,b only these fields.",
)

watch_option = click.option(
    "--watch",
    "every",
    type=Pace(0.1, 86_400),
    is_flag=False,
    flag_value=LIVE,
    default=None,
    metavar="[SECONDS]",
    help="Show it live, at each event and every --watch=SECONDS. q ends it.",
)

yes_option = click.option("--yes", "-y", "is_confirmed", is_flag=True, help="Do not ask.")


def confirm(question: str, *, is_confirmed: bool) -> None:
    """Go on only if a person, or --yes, says so."""
    from rdvd.cli.exits import NOT_CONFIRMED, Failure  # lazy: only when something is at stake

    try:
        if is_confirmed or click.confirm(question, err=True):
            return
    except click.Abort:  # nobody is there to answer
        click.echo(err=True)
    raise Failure("nothing was changed", hint="--yes goes on without asking.", code=NOT_CONFIRMED)
