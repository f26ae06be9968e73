"""`--watch` is moved by events: what happens is seen at once, and nothing is asked for in vain."""

import os
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from rdvd.cli.client import Api
from rdvd.cli.following import SHORTEST_GAP
from tests.cli.terminal import Place, running, terminal
from tests.rdvd.daemons import A_WHILE

from .house import PROGRAM, House, wait_until

NEVER = "--watch=86400"


@pytest.mark.parametrize("words", [("ls", NEVER), ("tree", NEVER), ("session", "ls", "--watch")])
def test_a_session_is_seen_when_it_begins_and_when_it_ends(words: tuple[str, ...], house: House):
    with running(Place(house.home, house.run), *PROGRAM, *words, columns=120) as there:
        there.read_until("q ends it")
        session = house.new("sudden", "sleep", "1000")
        there.read_until("sudden" if "tree" not in words else session["id"])
        house.ask("DELETE", f"/api/sessions/{session['id']}")
        there.read_until("q ends it")
        there.type("q")
        assert there.process.wait(A_WHILE) == 0


def test_it_says_that_the_daemon_is_away_and_goes_on_when_it_is_back(house: House):
    with running(Place(house.home, house.run), *PROGRAM, "tree", NEVER, columns=100) as there:
        there.read_until("auth ")
        house.end()
        away = there.read_until("this is how it was at")
        below = there.read_until("auth ")
        house.start()
        there.read_until("q ends it")
        again = there.read_until("auth ")

    assert "the daemon does not listen" in away
    assert "audit" in below
    assert "this is how it was" not in again


def test_without_a_screen_each_change_is_a_line_and_a_restart_is_told(house: House):
    with ExitStack() as cleaning:
        there = cleaning.enter_context(
            running(Place(house.home, house.run), "sh", "-c", '"$@" | cat', "sh", *PROGRAM,
                    "ls", NEVER, "--json=name")
        )  # fmt: skip
        there.read_until("]")
        house.end()
        there.read_until("does not listen")
        house.start()
        there.read_until("]")
        session = house.new("plain", "sleep", "1000")
        there.read_until('{"name": "plain"}')
        house.ask("DELETE", f"/api/sessions/{session['id']}")


def test_however_much_happens_it_is_asked_at_most_ten_times_a_second(house: House):
    session = house.new("busy", "sleep", "1000")
    with running(Place(house.home, house.run), *PROGRAM, "ls", NEVER) as there:
        there.read_until("busy")
        began, before = time.monotonic(), questions(house)
        for number in range(60):
            house.ask("PATCH", f"/api/sessions/{session['id']}", {"name": f"busy {number}"})
        there.read_until("busy 59")
        passed, asked = time.monotonic() - began, questions(house) - before
    house.ask("DELETE", f"/api/sessions/{session['id']}")

    assert 1 <= asked <= 2 + passed / SHORTEST_GAP


def questions(house: House) -> int:
    """How many times the list of sessions was asked for."""
    lines = Api(house.run / "api.sock").text("/metrics").splitlines()
    return sum(
        int(float(line.split()[-1]))
        for line in lines
        if line.startswith("rdvd_http_request_duration_seconds_count{")
        and 'route="GET /api/sessions"' in line
    )


@pytest.mark.parametrize(
    "words",
    [
        ("events", "-f"),
        ("session", "logs", "-f", "lasting"),
        ("session", "wait", "lasting"),
        ("session", "wait", "lasting", "never printed", "--for", "output"),
        ("session", "expect", "lasting", "never printed"),
        ("ls", "--watch", "--json"),
        ("top",),
    ],
    ids=" ".join,
)
def test_ctrl_c_ends_whatever_lasts_with_130_and_no_riddle(words: tuple[str, ...], house: House):
    if all(each["name"] != "lasting" for each in house.ask("GET", "/api/sessions")):
        house.new("lasting", "sh", "-c", "echo lasting; exec sleep 1000")
    with terminal(Place(house.home, house.run), *words) as there:
        wait_until(lambda: has_a_socket(there.process.pid))  # it asks
        there.type("\x03")
        code = there.process.wait(A_WHILE)
        os.set_blocking(there.master, False)
        said = os.read(there.master, 65536).decode()

    # Python ends by the signal itself if that came amid an import; a shell tells both as 130.
    assert (code if code >= 0 else 128 - code, "Traceback" in said) == (130, False), said


def has_a_socket(pid: int) -> bool:
    try:
        files = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]
    except FileNotFoundError:  # closed while we looked
        return False
    return any(file.startswith("socket:") for file in files)
