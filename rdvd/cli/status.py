"""`rdv status` and `rdv health`: how the daemon says it is."""

from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.options import json_option, watch_option
from rdvd.cli.view import View, Viewing, show

Health = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes


@click.command(cls=Viewing)
@json_option
@watch_option
def status(fields: str | None, every: float | None) -> None:
    """Whether the daemon is well, in a few lines."""
    show(View(_ask, _draw, _essence), fields, every)


@click.command(cls=Viewing)
@json_option
@watch_option
def health(fields: str | None, every: float | None) -> None:
    """The daemon's health as it states it, without the tree."""
    show(View(_ask_without_tree, _draw, _essence), fields or "", every)


def _ask() -> Health:
    answer: Any = here.api().get("/health")
    return answer


def _ask_without_tree() -> Health:
    return {name: value for name, value in _ask().items() if name != "tree"}


def _draw(answer: Health) -> str:
    from rdvd.cli import render  # lazy: its JSON is not needed for --help

    metrics = answer["metrics"]
    shown = render.facts(
        {
            "status": answer["status"],
            "version": answer["version"],
            "running for": render.duration(answer["uptime_seconds"]),
            **{name: "ok" if well else "NOT OK" for name, well in answer["components"].items()},
            "sessions": str(metrics["active_sessions"]),
            "connections": str(metrics["websocket_connections"]),
        }
    )
    return "\n".join([shown, *(f"! {reason}" for reason in answer["reasons"])])


def _essence(answer: Health) -> object:
    """All but what is another every time: the tree is not shown, and time passes anyway."""
    metrics = {name: n for name, n in answer["metrics"].items() if name != "pending_requests"}
    rest = {name: answer[name] for name in ("status", "version", "components", "reasons")}
    return {**rest, "metrics": metrics}
