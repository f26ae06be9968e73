"""What the tree looked like at one moment: plain values that can be drawn, sent and kept."""

import time
from collections.abc import Iterator
from typing import Literal

import trio
from attrs import asdict, frozen

Status = Literal["starting", "up", "waiting", "stopping", "down"]


@frozen
class Mark:
    """Something and when it happened or began."""

    what: str
    at: float | None


@frozen(kw_only=True)
class Node:
    """One place and all below it; what is about messages is None unless it is an actor's.

    Times are seconds since the epoch; None if it never started, or outside of a Trio run.
    """

    name: str
    kind: str
    status: Status
    taken_at: float
    since: float | None
    restarts: int
    last_crash: Mark | None
    queued: int | None = None
    capacity: int | None = None
    handled: int | None = None
    handling: Mark | None = None
    children: tuple["Node", ...] = ()

    def as_json(self) -> dict[str, object]:
        """Only what JSON knows: objects, lists, strings, numbers and null."""
        own: dict[str, object] = asdict(self, filter=lambda field, _: field.name != "children")
        return own | {"children": [child.as_json() for child in self.children]}

    def render(self) -> str:
        """The tree as text: a line for each place, in columns."""
        rows = list(self._rows("", ""))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = ("  ".join(map(str.ljust, row, [*widths, 0])) for row in rows)
        return "\n".join(line.rstrip() for line in lines)

    def _rows(self, lead: str, below: str) -> Iterator[tuple[str, str, str, str]]:
        status = f"{self.status} {self._age(self.since)}"
        yield lead + self.name, self.kind, status, " · ".join(self._remarks())
        for child in self.children:
            branch, trunk = ("└─ ", "   ") if child is self.children[-1] else ("├─ ", "│  ")
            yield from child._rows(below + branch, below + trunk)

    def _remarks(self) -> Iterator[str]:
        if self.handling:
            yield f"handling {self.handling.what} for {self._age(self.handling.at)}"
        if self.queued:
            yield f"queued {self.queued}/{self.capacity}"
        if self.handled:
            yield f"handled {self.handled}"
        if self.restarts:
            yield f"restarts {self.restarts}"
        if self.last_crash:
            what = " ".join(self.last_crash.what.split())
            yield f"crashed {self._age(self.last_crash.at)} ago: {what[:100]}"

    def _age(self, at: float | None) -> str:
        if at is None:
            return ""
        seconds = max(0, round(self.taken_at - at))
        for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
            if seconds >= 2 * size:
                return f"{seconds // size} {unit}"
        return f"{seconds} s"


class Moment:
    """Now on both clocks: the tree counts in Trio's time, people in the calendar's."""

    def __init__(self) -> None:
        self.wall = time.time()
        self._trio = trio.current_time() if trio.lowlevel.in_trio_run() else None

    def date(self, when: float | None) -> float | None:
        return None if when is None or self._trio is None else self.wall - (self._trio - when)
