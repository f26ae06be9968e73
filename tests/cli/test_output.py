"""Nobody reads, there is no room, nothing is open: said in a line at most, and never a riddle."""

import json
import os
import subprocess
import sys

import pytest

from tests.rdvd.daemons import A_WHILE, environment

from .asking import Said
from .terminal import Place

COMMANDS = [
    "status", "tree", "config show", "--help", "man auth", "top --once", "events", "ls --json",
    "session --help", "audit --json", "doctor", "api GET /health", "completion bash", "version",
]  # fmt: skip


def redirected(place: Place, command: str, where: str, out: int = subprocess.PIPE) -> Said:
    """As a shell would start it."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m rdvd.cli {command} {where}', sys.executable],
        env=environment(place.home, place.run), stdout=out, stderr=subprocess.PIPE, text=True,
        timeout=A_WHILE, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout or "", done.stderr)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_cannot_be_written_is_a_failure_in_one_line(command: str, shared: Place):
    said = redirected(shared, command, ">/dev/full")

    assert said.code == 1
    assert said.err == "rdv: the answer could not be shown: No space left on device\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_went_away_is_no_news(command: str, shared: Place):
    reader, writer = os.pipe()
    os.close(reader)
    said = redirected(shared, command, "", writer)
    os.close(writer)

    assert (said.code, said.err) == (141, "")


@pytest.mark.parametrize("command", ["status", "tree", "api GET /health"])
def test_it_runs_where_nothing_is_open(command: str, shared: Place):
    assert redirected(shared, command, "<&- >&-").err == ""
    assert redirected(shared, command, "<&- >&- 2>&-").code == 0


def test_a_body_from_a_closed_standard_input_is_an_empty_one(shared: Place):
    said = redirected(shared, "api POST /api/tokens -d -", "<&-")

    assert said.code == 2
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "command", ["status --watch=nan", "top --every=nan", "daemon stop --timeout=nan"]
)
def test_what_is_no_number_is_no_number_of_seconds(command: str, shared: Place):
    said = redirected(shared, command, "")

    assert said.code == 2
    assert "Traceback" not in said.err
    assert shared.say("status").code == 0


def test_a_path_is_encoded_and_one_without_a_slash_is_told(shared: Place):
    unknown, wrong = shared.say("api", "GET", "/\u00fc b"), shared.say("api", "GET", "health")

    assert (unknown.code, unknown.json["status"]) == (3, 404)
    assert wrong.code == 2
    assert "Write it as /health" in wrong.err


def test_a_failure_keeps_its_code_where_nobody_hears_of_it(shared: Place):
    assert redirected(shared, "tree rdvd/nowhere", "2>/dev/full").code == 3


def test_settings_are_shown_one_way_at_a_time(shared: Place):
    assert shared.say("config", "show", "--toml", "--json").code == 2


def test_the_log_as_json_is_a_line_for_each_line(shared: Place):
    lines = shared.say("service", "logs", "-n2", "--json=event,level").out.splitlines()

    assert [sorted(json.loads(line)) for line in lines] == [["event", "level"]] * 2
