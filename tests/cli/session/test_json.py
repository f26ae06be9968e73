"""`--json` where something is typed, streamed, awaited or attached to."""

import base64
import json
from pathlib import Path

import pytest

from .house import PROGRAM, House, seat


@pytest.fixture(scope="module")
def printer(house: House) -> str:
    """A session that has printed two lines and ended; its id."""
    id = house.new("printer", "sh", "-c", "echo one; printf '\\033[1mtwo\\033[m'; exit 3")["id"]
    assert house.rdv("session", "wait", "printer").code == 0
    return id


def test_a_log_is_a_line_of_json_for_each_line_and_raw_for_each_piece(house: House, printer: str):
    lines = house.rdv("session", "logs", "printer", "--json").out.splitlines()
    last = house.rdv("session", "logs", "printer", "-n1", "--json=text").out
    raw = house.rdv("session", "logs", "printer", "--raw", "--json").out.splitlines()
    wrong = house.rdv("session", "logs", "printer", "--json=line")

    assert [json.loads(line) for line in lines] == [
        {"type": "line", "text": "one"},
        {"type": "line", "text": "two"},
    ]
    assert json.loads(last) == {"text": "two"}
    printed = b"".join(base64.b64decode(json.loads(each)["base64"]) for each in raw)
    assert printed.startswith(b"one\r\n\x1b[1mtwo\x1b[m")
    assert (wrong.code, "There are: type, text, start, end." in wrong.err) == (2, True)


def test_who_waits_hears_what_came_of_it(house: House, printer: str):
    over = house.rdv("session", "wait", "printer", "--json=id,status,exit_code", "--exit-code")
    found = house.rdv(
        "session", "wait", "printer", "o(n)e", "--for", "output", "--from-start", "--json"
    )

    assert (over.code, over.json) == (3, {"id": printer, "status": "exited", "exit_code": 3})
    assert found.json == {"match": "one", "groups": ["n"]}


def test_who_types_hears_what_was_typed(house: House):
    id = house.new("typed", "cat")["id"]
    sent = house.rdv("session", "send", "typed", "größe", "-e", "--json")
    pressed = house.rdv("session", "keys", "--json", "typed", "a", "Enter")

    assert sent.json == {"session_id": id, "characters": 5, "enter": True}
    assert pressed.json == {"session_id": id, "keys": ["a", "Enter"]}


def test_how_a_visit_ended_is_told_beside_the_terminal(house: House, tmp_path: Path):
    id = house.new("visited")["id"]
    aside = f'exec "$@" 2>{tmp_path}/told'
    with seat(house, below=("sh", "-c", aside, "sh", *PROGRAM, "a", "visited", "--json")) as there:
        there.come_in()
        there.type("\r~.")
        assert there.leave() == 0

    assert json.loads((tmp_path / "told").read_text()) == {
        "session_id": id, "name": "visited", "detached": True, "program_exit_code": None,
        "text": "detached from visited, which goes on",
    }  # fmt: skip
