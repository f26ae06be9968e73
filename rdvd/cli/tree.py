"""The daemon's actor tree as it answers it, drawn for a terminal."""

from collections.abc import Iterator
from typing import Any

from rdvd.cli.render import duration, fit

Node = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes
Row = tuple[str, str, str]


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
