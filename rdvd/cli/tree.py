"""`rdv tree`: the daemon's actors as it answers them, drawn for a terminal."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import NOT_ALLOWED, NOT_FOUND, Failure
from rdvd.cli.offers import places
from rdvd.cli.options import json_option, watch_option
from rdvd.cli.render import duration, fit, room
from rdvd.cli.view import View, Viewing, show

Node = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes
Row = tuple[str, str, str]
LASTING = ("name", "status", "since", "restarts", "last_crash")


@click.command(cls=Viewing)
@click.argument("place", metavar="[PLACE]", required=False, shell_complete=places)
@json_option
@watch_option
def tree(place: str | None, fields: str | None, every: float | None) -> None:
    """The actors that live in the daemon: their state, restarts, crashes and work in hand.

    PLACE, such as rdvd/auth, shows only what is there and below.
    """
    view = View(
        lambda: _at(ask_health()["tree"], place), _draw, _essence, types=("actor.",), aged=_aged
    )
    show(view, fields, every)


def ask_health(seconds: float = 30) -> Node:
    """Health with the tree in it."""
    answer: Any = here.api(seconds).get("/health")
    if answer.get("tree") is None:
        raise Failure("the daemon shows its tree to its owner only", code=NOT_ALLOWED)
    return answer


def by_place(node: Node, above: str = "") -> Iterator[tuple[str, Node]]:
    """Every place with its path, such as `rdvd/auth`."""
    path = f"{above}/{node['name']}" if above else node["name"]
    yield path, node
    for child in node["children"]:
        yield from by_place(child, path)


def _at(root: Node, place: str | None) -> Node:
    if place is None:
        return root
    found = dict(by_place(root))
    if place not in found:
        near = get_close_matches(place, found, n=1)
        hint = f"Did you mean {near[0]}?" if near else "`rdv tree` shows all of them."
        raise Failure(f"nothing lives at {place}", hint=hint, code=NOT_FOUND)
    return found[place]


def _draw(root: Node) -> str:
    return draw(root, room())


def _essence(node: Node) -> object:
    """What does not change with every look."""
    return [node[name] for name in LASTING], [_essence(child) for child in node["children"]]


def _aged(node: Node, passed: float) -> Node:
    children = [_aged(child, passed) for child in node["children"]]
    return node | {"taken_at": node["taken_at"] + passed, "children": children}


def draw(root: Node, width: int) -> str:
    """A line for each place: name, status and since when, and what is worth a look."""
    rows = list(_rows(root, "", ""))
    names = max(len(row[0]) for row in rows)
    states = max(len(row[1]) for row in rows)
    lines = (f"{name.ljust(names)}  {state.ljust(states)}  {rest}" for name, state, rest in rows)
    return "\n".join(fit(line.rstrip(), width) for line in lines)


def _rows(node: Node, lead: str, below: str) -> Iterator[Row]:
    yield lead + node["name"], _state(node), " · ".join(_remarks(node))
    children: list[Node] = node["children"]
    for number, child in enumerate(children, 1):
        last = number == len(children)
        yield from _rows(
            child, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")
        )


def _state(node: Node) -> str:
    since = node["since"]
    return node["status"] if since is None else f"{node['status']} {_age(node, since)}"


def _remarks(node: Node) -> Iterator[str]:
    if node["handling"]:
        yield f"handling {node['handling']['what']} for {_age(node, node['handling']['at'])}"
    if node["queued"]:
        yield f"queued {node['queued']}/{node['capacity']}"
    if node["handled"]:
        yield f"handled {node['handled']}"
    if node["restarts"]:
        yield f"restarts {node['restarts']}"
    if node["last_crash"]:
        crash = node["last_crash"]
        yield f"crashed {_age(node, crash['at'])} ago: {' '.join(crash['what'].split())}"


def _age(node: Node, since: float) -> str:
    return duration(max(0, node["taken_at"] - since))
