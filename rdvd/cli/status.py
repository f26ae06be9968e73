"""`rdv status` and `rdv health`: how the daemon says it is."""

import click

from rdvd.cli.options import json_option, watch_option
from rdvd.cli.status_lines import Health, ask, draw
from rdvd.cli.view import View, Viewing, show


@click.command(cls=Viewing)
@json_option
@watch_option
def status(fields: str | None, every: float | None) -> None:
    """Whether the daemon is well, in a few lines."""
    show(View(ask, draw, _essence, aged=_aged), fields, every)


@click.command(cls=Viewing)
@json_option
@watch_option
def health(fields: str | None, every: float | None) -> None:
    """The daemon's health as it states it, without the tree."""
    show(View(_ask_without_tree, draw, _essence, aged=_aged), fields or "", every)


def _ask_without_tree() -> Health:
    return {name: value for name, value in ask().items() if name != "tree"}


def _aged(answer: Health, passed: float) -> Health:
    return answer | {"uptime_seconds": answer["uptime_seconds"] + passed}


def _essence(answer: Health) -> object:
    """All but what is another every time: the tree is not shown, and time passes anyway."""
    metrics = {name: n for name, n in answer["metrics"].items() if name != "pending_requests"}
    rest = {name: answer[name] for name in ("status", "version", "components", "reasons")}
    return {**rest, "metrics": metrics}
