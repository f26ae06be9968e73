"""`rdv top`: figures that are true, in the order that was asked for."""

import re
from pathlib import Path
from typing import Any

import pytest

from rdvd.cli.screen import LEAVE
from rdvd.cli.top import ORDERS, Desk
from tests.rdvd.daemons import A_WHILE

from .terminal import Place, terminal

ROW: dict[str, Any] = {
    "status": "up", "queued": 0, "capacity": 9, "handling": None, "handling_seconds": None,
    "handled": 0, "per_second": 0.0, "restarts": 0,
}  # fmt: skip
ROWS = [
    ROW | {"place": "rdvd/a", "queued": 3},
    ROW | {"place": "rdvd/b", "handling": "Auth.mint", "handling_seconds": 2.5},
    ROW | {"place": "rdvd/c", "per_second": 7.0},
    ROW | {"place": "rdvd/d", "handled": 8},
    ROW | {"place": "rdvd/e", "restarts": 1},
    ROW | {"place": "rdvd/f", "queued": None, "handled": None, "per_second": None},
]
FIRST = {"mailbox": "a", "busy": "b", "rate": "c", "handled": "d", "restarts": "e", "place": "a"}
PICTURE = {
    "version": "1", "status": "healthy", "uptime_seconds": 61, "cpu_percent": 1.5, "sessions": 0,
    "memory_bytes": 2**25, "requests_in_flight": 0, "restarts": 1, "actors": ROWS,
    "terminals": [],
}  # fmt: skip


@pytest.mark.parametrize("order", list(ORDERS))
def test_the_largest_of_what_was_asked_for_comes_first(order: str):
    lines = Desk(order).draw(PICTURE).splitlines()

    assert lines[0].startswith("rdvd 1 healthy · cpu 1.5 % · 32 MiB · up 1 min 1 s")
    assert lines[1] == f"by {order}"
    assert lines[4].startswith(f"rdvd/{FIRST[order]} ")
    assert len(lines) == 4 + len(ROWS)


def test_once_it_is_a_table_of_every_place_and_as_json_the_same(shared: Place):
    table, json = shared.say("top", "--once", "--sort", "place"), shared.say("top", "--json")

    places = [line.split("  ")[0] for line in table.out.splitlines()[4:]]
    assert places == sorted(row["place"] for row in json.json["actors"])
    assert "rdvd/auth" in places
    assert 10_000_000 < json.json["memory_bytes"] < 10_000_000_000
    assert 0 <= json.json["cpu_percent"] < 400
    assert (json.json["restarts"], json.json["requests_in_flight"]) == (0, 0)


def test_live_a_key_sorts_anew_at_once_and_another_ends_it(shared: Place):
    with terminal(shared, "top", "--every=3600") as there:
        there.read_until("by mailbox")
        there.type("s")
        there.read_until("by busy")
        there.type("q")
        there.read_until(LEAVE)

        assert there.process.wait(A_WHILE) == 0


def test_in_forty_columns_every_line_fits(shared: Place):
    out = shared.say("top", "--once", COLUMNS="40").out

    assert max(map(len, out.splitlines())) <= 40


def test_without_a_daemon_and_with_wrong_words_it_says_so(tmp_path: Path):
    absent = Place(tmp_path / "home", tmp_path / "run")

    assert absent.say("top", "--once").code == 6
    assert absent.say("top", "--sort", "luck").code == 2
    assert re.search("mailbox.*busy", absent.say("top", "--sort", "luck").err)
