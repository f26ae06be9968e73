"""`rdv top`: the daemon and its actors by how much they have to do."""

import time
from collections.abc import Callable
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import REFUSED, Failure
from rdvd.cli.options import Seconds, json_option
from rdvd.cli.tree import ask_health, by_place
from rdvd.cli.view import View, Viewing

Picture = dict[str, Any]  # Any: JSON; the keys are those of `rdv top --json`
Row = dict[str, Any]
# How rows are compared; what is larger comes first, names the other way round.
ORDERS: dict[str, Callable[[Row], Any]] = {
    "mailbox": lambda row: -(row["queued"] or 0),
    "busy": lambda row: -(row["handling_seconds"] or 0.0),
    "rate": lambda row: -(row["per_second"] or 0.0),
    "handled": lambda row: -(row["handled"] or 0),
    "restarts": lambda row: -row["restarts"],
    "place": lambda row: row["place"],
}
NEEDED = {
    *("process_cpu_seconds_total", "process_resident_memory_bytes"),
    *("rdvd_http_requests_in_flight", "rdvd_uptime_seconds"),
}
MEBIBYTE = 2**20


@click.command(cls=Viewing)
@click.option("--once", is_flag=True, help="Print it once; --json does so too.")
@click.option("--sort", type=click.Choice(list(ORDERS)), default="mailbox", show_default=True,
              help="What has most of this comes first.")  # fmt: skip
@click.option("--every", type=Seconds(0.1, 86_400), default=2.0, show_default=True,
              metavar="S", help="Seconds between two looks; events are shown at once.")  # fmt: skip
@json_option
def top(once: bool, sort: str, every: float, fields: str | None) -> None:
    """What is going on, live: each session, the daemon's processor time and memory, each actor.

    Keys: s sorts by the next column, q ends it.
    """
    from rdvd.cli import render, watch  # lazy: `rdv --help` reads this file too
    from rdvd.cli.screen import is_screen  # lazy: as above

    desk = Desk(sort)
    if fields is not None:
        click.echo(render.as_json(desk.look(), fields))
    elif once or not is_screen():
        click.echo(desk.draw(desk.look()))
    else:
        watch.live(View(desk.look, desk.draw, desk.draw), every, desk.press)


class Desk:
    """What was seen last, for whatever is told per second."""

    def __init__(self, sort: str) -> None:
        from rdvd.cli.session.watching import Watch  # lazy: `rdv --help` reads this file too

        self._sort = sort
        self._sessions = Watch()
        self._at = self._cpu = 0.0
        self._handled: dict[str, int] = {}

    def press(self, key: str) -> None:
        if key == "s":
            orders = list(ORDERS)
            self._sort = orders[(orders.index(self._sort) + 1) % len(orders)]

    def look(self) -> Picture:
        health, figures, now = ask_health(), _figures(), time.monotonic()
        places = list(by_place(health["tree"]))
        cpu = figures["process_cpu_seconds_total"]
        # At first, or after a restart of the daemon: since its own beginning.
        is_first = not self._at or cpu < self._cpu
        passed = figures["rdvd_uptime_seconds"] if is_first else now - self._at
        before = {} if is_first else self._handled
        picture = {
            "version": health["version"],
            "status": health["status"],
            "uptime_seconds": health["uptime_seconds"],
            "cpu_percent": round(100 * (cpu - (0.0 if is_first else self._cpu)) / passed, 1),
            "memory_bytes": int(figures["process_resident_memory_bytes"]),
            "requests_in_flight": int(figures["rdvd_http_requests_in_flight"]),
            "restarts": sum(node["restarts"] for _, node in places),
            "sessions": health["metrics"]["active_sessions"],
            "terminals": self._sessions.look(now),
            "actors": [_row(place, node, before, passed) for place, node in places],
        }
        self._at, self._cpu = now, cpu
        self._handled = {place: node["handled"] or 0 for place, node in places}
        return picture

    def draw(self, picture: Picture) -> str:
        from rdvd.cli import render  # lazy: as above
        from rdvd.cli.session import watching  # lazy: as above

        rows = sorted(picture["actors"], key=lambda row: (ORDERS[self._sort](row), row["place"]))
        actors = render.table([_cells(row) for row in rows])
        terminals = render.table([watching.cells(row) for row in picture["terminals"]])
        tables = f"{terminals}\n\n{actors}" if terminals else actors
        return f"{_headline(picture)}\nby {self._sort}\n\n{tables}"


def _figures() -> dict[str, float]:
    """Of all metrics those without labels, by name."""
    lines = here.api().text("/metrics").splitlines()
    pairs = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
    found = {name: float(value) for name, _, value in pairs if "{" not in name}
    for name in NEEDED - found.keys():
        hint = "It is older than this rdv: `rdv daemon restart`, or restart its service."
        raise Failure(f"the daemon does not tell {name}", hint=hint, code=REFUSED)
    return found


def _row(place: str, node: dict[str, Any], before: dict[str, int], passed: float) -> Row:
    handling, handled = node["handling"], node["handled"]
    more = None if handled is None else max(0, handled - before.get(place, 0))
    return {
        "place": place,
        "status": node["status"],
        "queued": node["queued"],
        "capacity": node["capacity"],
        "handling": handling["what"] if handling else None,
        "handling_seconds": round(node["taken_at"] - handling["at"], 3) if handling else None,
        "handled": handled,
        "per_second": None if more is None else round(more / passed, 1),
        "restarts": node["restarts"],
    }


def _cells(row: Row) -> dict[str, str]:
    from rdvd.cli.render import duration  # lazy: as above
    from rdvd.cli.words import plain  # lazy: as above

    busy = "-"
    if row["handling"]:
        busy = f"{plain(row['handling'])} for {duration(row['handling_seconds'])}"
    is_actor = row["queued"] is not None
    return {
        "place": plain(row["place"]),
        "state": row["status"],
        "mailbox": f"{row['queued']}/{row['capacity']}" if is_actor else "-",
        "handled": str(row["handled"]) if is_actor else "-",
        "per s": f"{row['per_second']:g}" if is_actor else "-",
        "restarts": str(row["restarts"]),
        "handling": busy,
    }


def _headline(picture: Picture) -> str:
    from rdvd.cli.render import duration, fit, room  # lazy: as above

    parts = (
        f"rdvd {picture['version']} {picture['status']}",
        f"cpu {picture['cpu_percent']:g} %",
        f"{picture['memory_bytes'] / MEBIBYTE:,.0f} MiB",
        f"up {duration(picture['uptime_seconds'])}",
        f"requests {picture['requests_in_flight']}",
        f"restarts {picture['restarts']}",
        f"sessions {picture['sessions']}",
    )
    return fit(" · ".join(parts), room())
