"""An agent in a session of a real daemon reports by the hooks that were written for it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from rdvd.cli.client import Api
from tests.cli.session.house import House, settled
from tests.rdvd.daemons import A_WHILE, configure, environment

# It runs its hooks as a real one does: by a shell, and tells them what it is on standard input.
AGENT = """\
import json, os, subprocess
hooks = json.load(open(os.path.expanduser("~/.codex/hooks.json")))["hooks"]
for event in ("SessionStart", "Stop"):
    line = hooks[event][0]["hooks"][0]["command"]
    told = json.dumps({"session_id": "talk-7", "reason": event})
    subprocess.run(["/bin/sh", "-c", line], input=told.encode(), check=True)
"""
HOOK = ("hook", "task_complete", "--agent", "codex")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    place = tmp_path_factory.mktemp("hooks")
    (place / "user").mkdir()
    (place / "agent.py").write_text(AGENT)
    command = json.dumps([sys.executable, str(place / "agent.py")])
    configure(place / "home", f"[sessions]\ncodex = {command}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(place / "user"))
        with settled(place / "home") as there:
            yield there


def test_an_agent_is_heard_and_its_conversation_is_kept(house: House) -> None:
    installed = house.rdv("hooks", "install", "--agent", "codex")
    order = {"name": "talker", "project_path": str(house.home), "agent_provider": "codex"}
    begun = house.ask("POST", "/api/sessions", order)
    ended = house.rdv("session", "wait", "talker", "--timeout", str(A_WHILE))
    heard = house.rdv("events", "--json")

    assert installed.out.startswith("codex: installed, ")
    assert "/hooks" in installed.out  # what codex asks for
    assert ended.code == 0, ended.err + house.rdv("session", "logs", "talker").out
    assert house.ask("GET", f"/api/sessions/{begun['id']}")["conversation_id"] == "talk-7"
    facts = [json.loads(line)["data"] for line in heard.out.splitlines() if "agent.rep" in line]
    of_it = [each for each in facts if each["session"] == begun["id"]]
    assert [(each["report"], each["reason"]) for each in of_it] == [
        ("session_start", "SessionStart"), ("task_complete", "Stop"),
    ]  # fmt: skip
    assert house.rdv("hooks", "remove").code == 0
    assert not (Path(house.home).parent / "user" / ".codex" / "hooks.json").exists()


def test_a_project_gets_hooks_of_its_own_only_when_that_is_said(house: House) -> None:
    project = house.home.parent / "project"
    project.mkdir()
    folder = house.ask("POST", "/api/folders", {"name": "app", "path": str(project)})
    installed = house.rdv("hooks", "install", "--agent", "claude,opencode", "--project", "app")
    status = house.rdv("hooks", "status", "--project", "app", "--json").json
    assert installed.code == 0, installed.err
    assert {each["agent"]: each["state"] for each in status} == {
        "claude": "installed", "codex": "absent", "gemini": "absent", "opencode": "installed",
    }  # fmt: skip
    path = f"/api/folders/{folder['id']}/hooks"
    removed = house.ask("DELETE", f"{path}?scope=project&providers=claude,opencode")
    assert (removed["success"], [each["provider"] for each in removed["results"]]) == (
        True, ["claude", "opencode"],
    )  # fmt: skip
    assert [each for each in project.rglob("*") if each.is_file()] == []
    bare = house.ask("POST", "/api/folders", {"name": "bare"})
    asked = Api(house.run / "api.sock").exchange("GET", f"/api/folders/{bare['id']}/hooks")
    assert (asked[0], json.loads(asked[1])["code"]) == (409, "NO_PROJECT_PATH")


def test_it_reports_for_its_own_session_and_for_no_other(house: House) -> None:
    file = house.home / "token"
    line = f'printf %s "$RDV_SESSION_TOKEN" > {file}; echo told; cat'
    mine, other = house.new("mine", "sh", "-c", line), house.new("other", "cat")
    waited = house.rdv("session", "wait", "mine", "told", "--for", "output", "--from-start")
    assert waited.code == 0, waited.err
    token = file.read_text()

    def report(session: str) -> tuple[int, dict[str, Any]]:
        event = {"event": "heartbeat", "agent": "claude", "sessionId": session}
        api = Api(house.run / "api.sock", token)
        status, text = api.exchange("POST", "/api/orchestrators/agent-event", json.dumps(event))
        return status, json.loads(text)

    status, answer = report(mine["id"])
    assert status == 200, answer
    assert (answer["session_found"], answer["received"]) == (True, True)
    assert report("no such session")[1]["session_found"] is False
    assert report(other["id"])[0] == 403


def test_a_hook_neither_waits_for_a_daemon_that_hangs_nor_says_a_word(house: House) -> None:
    session = house.new("waiting", "cat")
    inside = environment(house.home, house.run) | {"RDV_SESSION_ID": session["id"]}
    house.stop()
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "rdvd.cli", *HOOK],
        env=inside, input=b'{"session_id": "x"}', capture_output=True, timeout=A_WHILE, check=False,
    )  # fmt: skip
    took = time.monotonic() - begun
    assert house.daemon is not None
    house.daemon.send_signal(signal.SIGCONT)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert took < 10  # the agents themselves would wait a minute and more


@pytest.mark.parametrize("told", [b"", b"no json", b"[]", b"\xff" * 100_000, b'{"session_id": 3}'])
def test_whatever_an_agent_says_ends_well(house: House, told: bytes) -> None:
    inside = environment(house.home, house.run) | {"RDV_SESSION_ID": "none"}
    done = subprocess.run(
        [sys.executable, "-m", "rdvd.cli", *HOOK],
        env=inside, input=told, capture_output=True, timeout=A_WHILE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_hook_whose_standard_input_never_ends_ends_all_the_same(house: House) -> None:
    inside = environment(house.home, house.run) | {"RDV_SESSION_ID": "none"}
    with subprocess.Popen(
        [sys.executable, "-m", "rdvd.cli", *HOOK], env=inside, stdin=subprocess.PIPE
    ) as process:
        assert process.wait(A_WHILE) == 0
