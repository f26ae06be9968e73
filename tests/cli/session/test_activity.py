"""When a session printed something last: told by the daemon, also by the next one, and by `rdv`."""

import re
import time
from contextlib import closing

from rdvd.cli.client import Api
from tests.rdvd.daemons import A_WHILE, UnixConnection

from .house import House


def test_the_last_word_of_a_session_has_a_time_that_outlives_the_daemon(house: House):
    silent = house.new("silent", "sleep", "1000")
    before = round(time.time() * 1000)
    house.new("talker", "sh", "-c", "read line; echo heard $line; exec sleep 1000")
    house.rdv("session", "send", "talker", "you", "-e")
    house.rdv("session", "wait", "talker", "heard you", "--for", "output", "--from-start")
    at = house.ask("GET", "/api/sessions/talker")["last_activity_at"]
    listed = {each["name"]: each for each in house.ask("GET", "/api/sessions")}
    house.end()
    house.start()
    after = house.ask("GET", "/api/sessions/talker")["last_activity_at"]

    assert before <= at <= time.time() * 1000
    assert after == at
    assert listed["talker"]["last_activity_at"] == at
    assert listed["silent"]["id"] == silent["id"]
    assert re.search(r"^talker +active +\d+(s|min) ago ", house.rdv("ls").out, re.MULTILINE)
    assert re.search(r"^talker +active .* ago ", house.rdv("top", "--once").out, re.MULTILINE)


def test_what_is_printed_is_no_change_of_the_session(house: House):
    house.new("noisy", "sh", "-c", "read line; echo heard; read line")
    api = Api(house.run / "api.sock")
    before = api.request("GET", "/api/sessions/noisy")
    tag = tag_of(house, "noisy")
    house.rdv("session", "send", "noisy", "x", "-e")
    house.rdv("session", "wait", "noisy", "heard", "--for", "output", "--from-start")
    after = api.request("GET", "/api/sessions/noisy")

    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert after["last_activity_at"] != before["last_activity_at"]
    assert tag_of(house, "noisy") == tag


def tag_of(house: House, name: str) -> str:
    with closing(UnixConnection(house.run / "api.sock", A_WHILE)) as connection:
        connection.request("GET", f"/api/sessions/{name}")
        answer = connection.getresponse()
        answer.read()
        return answer.headers["etag"]
