"""Sessions as clients of the real daemon know them, from outside and from within."""

import resource
import shlex
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from rdvd.sessions.dye import LOCKS, dye_in, dye_of

from .daemons import Daemon, living_at

# What an agent does from within: it asks, without any token, and prints what it was told.
INSIDE = """
import http.client, json, os, socket, sys
class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(os.environ["RDV_API_SOCKET"])
for line in sys.argv[1:]:
    method, path, body = line.split(" ", 2)
    connection = Unix("rdvd")
    kind = {"Content-Type": "application/json"} if body else {}
    connection.request(method, path, body or None, kind)
    print("told", method, path, connection.getresponse().status, flush=True)
"""

# And what it does to look like anybody: no parent, no kernel session, no environment of its own.
ESCAPES = """
import os, select
itself = os.pidfd_open(os.getpid())
if os.fork():
    os._exit(0)
select.select([itself], [], [])
os.setsid()
"""


@asynccontextmanager
async def living(tmp_path: Path, run: Path) -> AsyncGenerator[Daemon, None]:
    async with living_at(tmp_path / "home", run) as daemon:
        yield daemon


async def new(daemon: Daemon, *command: str, **said: Any) -> Any:
    body = {"name": "one", "project_path": "/tmp", "command": list(command), **said}
    made = await daemon.ask("POST", "/api/sessions", body)
    assert 201 == made.status, made.json
    return made.json


def lasting(*sessions: Any) -> list[dict[str, Any]]:
    """All of them but when they last printed something, which they do meanwhile."""
    return [{**each, "last_activity_at": None} for each in sessions]


async def test_a_client_of_the_seed_finds_what_it_expects(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        folder = (await daemon.ask("POST", "/api/folders", {"name": "f1"})).json["id"]
        order = {"name": "work", "projectPath": "/tmp", "shellCommand": "cat", "folderId": folder}
        made = await daemon.ask("POST", "/api/sessions", order)
        path = f"/api/sessions/{made.json['id']}"

        assert 201 == made.status
        assert {
            "id", "user_id", "name", "tmux_session_name", "project_path", "folder_id", "status",
            "worktree_branch", "agent_provider", "is_orchestrator_session", "created_at",
            "updated_at",
        } <= set(made.json)  # fmt: skip
        assert f"rdv-{made.json['id']}" == made.json["tmux_session_name"]
        assert 1 == (await daemon.ask("GET", "/health")).json["metrics"]["active_sessions"]

        whole = await daemon.ask("GET", "/api/sessions")
        of_it = await daemon.ask("GET", f"/api/sessions?folder_id={folder}")
        assert lasting(made.json) == lasting(*whole.json) == lasting(*of_it.json)
        assert [] == (await daemon.ask("GET", "/api/sessions?folder_id=f2")).json

        renamed = await daemon.ask("PATCH", path, {"name": "play", "folderId": None})
        assert ("play", None) == (renamed.json["name"], renamed.json["folder_id"])
        assert "suspended" == (await daemon.ask("POST", f"{path}/suspend")).json["status"]
        assert "active" == (await daemon.ask("POST", f"{path}/resume")).json["status"]

        assert 202 == (await daemon.ask("POST", f"{path}/exec", {"command": "hi #{x}"})).status
        await until_shown(daemon, path, "hi #{x}\nhi #{x}")

        closed = await daemon.ask("DELETE", path)
        assert (200, True, []) == (closed.status, closed.json["success"], closed.json["survivors"])
        assert [] == (await daemon.ask("GET", "/api/sessions")).json
        assert "closed" == (await daemon.ask("GET", path)).json["status"]
        assert 409 == (await daemon.ask("POST", f"{path}/exec", {"command": "x"})).status
        assert 404 == (await daemon.ask("GET", "/api/sessions/none")).status


async def until_shown(daemon: Daemon, path: str, text: str) -> None:
    with trio.fail_after(10):
        while text not in (await daemon.ask("GET", f"{path}/scrollback")).json["content"]:
            pass


async def test_what_cannot_be_is_refused_and_says_why(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        for body, why in (
            ({"name": "x", "project_path": "/nowhere"}, "no such directory"),
            ({"name": "x\n"}, "one line"),
            ({"name": "x", "environment": {"A B": "hunter2"}}, "variable"),
            ({"name": "x", "columns": 1}, "columns"),
            ({"name": "x", "wat": 1}, "wat"),
            ({}, "name"),
        ):
            refused = await daemon.ask("POST", "/api/sessions", body)
            assert 400 == refused.status
            assert why in refused.json["detail"]
            assert "hunter2" not in str(refused.json)

        session = await new(daemon, "cat")
        path = f"/api/sessions/{session['id']}"
        for tail, body, status in (
            ("exec", {"command": "true", "wait": True}, 409),
            ("keys", {"keys": ["Entr"]}, 400),
            ("text", {"text": "\x1b[201~"}, 400),
            ("resize", {"columns": 5, "rows": 5}, 400),
            ("expect", {"steps": [{"pattern": "("}]}, 400),
            ("untrash", None, 409),
        ):
            assert status == (await daemon.ask("POST", f"{path}/{tail}", body)).status, tail


async def test_edits_and_repeated_orders_do_no_harm(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        order = {"name": "once", "command": ["sleep", "100"]}
        first = await daemon.ask("POST", "/api/sessions", order, Idempotency_Key="k")
        second = await daemon.ask("POST", "/api/sessions", order, Idempotency_Key="k")
        assert first.json == second.json
        assert 1 == len((await daemon.ask("GET", "/api/sessions")).json)

        path = f"/api/sessions/{first.json['id']}"
        etag = (await daemon.ask("GET", path)).headers["etag"]
        fine = await daemon.ask("PATCH", path, {"name": "a"}, If_Match=etag)
        late = await daemon.ask("PATCH", path, {"name": "b"}, If_Match=etag)
        assert (200, 412) == (fine.status, late.status)

        entries = (await daemon.ask("GET", "/api/audit")).json["entries"]
        assert 1 == [each["entry"]["action"] for each in entries].count("session.create")


async def test_what_runs_in_a_session_may_only_what_is_its_own(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        other = await new(daemon, "sleep", "100", name="other")
        script = tmp_path / "inside.py"
        script.write_text(INSIDE)
        asked = (
            "GET /api/sessions/ME ", "GET /api/sessions ", f"GET /api/sessions/{other['id']} ",
            'PATCH /api/sessions/ME {"name":"mine"}', 'PATCH /api/sessions/ME {"status":"active"}',
            'POST /api/sessions {"name":"x"}', 'POST /api/sessions/ME/exec {"command":"x"}',
            "DELETE /api/sessions/ME ", "GET /api/sessions/orphans ",
        )  # fmt: skip
        lines = " ".join(f"'{each}'" for each in asked).replace("ME", "'$RDV_SESSION_ID'")
        line = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} {lines}; sleep 100"
        me = await new(daemon, shell_command=line, name="me")
        path = f"/api/sessions/{me['id']}"
        await until_shown(daemon, path, "orphans 4")

        told = (await daemon.ask("GET", f"{path}/scrollback")).json["content"].splitlines()
        assert [200, 403, 403, 200, 403, 403, 403, 403, 403] == [
            int(each.split()[-1]) for each in told if each.startswith("told")
        ]
        assert "mine" == (await daemon.ask("GET", path)).json["name"]


async def test_who_has_left_the_processes_of_its_session_is_still_not_the_owner(
    tmp_path: Path, run: Path
):
    async with living(tmp_path, run) as daemon:
        other = await new(daemon, "sleep", "100", name="other")
        script = tmp_path / "escaped.py"
        script.write_text(ESCAPES + INSIDE)
        python = shlex.join([sys.executable, str(script)])
        ask = f"env -i RDV_API_SOCKET={daemon.socket} {python}"
        line = f"{ask} 'GET /api/sessions/{other['id']} '; sleep 100"
        me = await new(daemon, shell_command=line, name="me")

        refused = f"told GET /api/sessions/{other['id']} 403"
        await until_shown(daemon, f"/api/sessions/{me['id']}", refused)


async def test_however_the_daemon_ends_its_sessions_go_on(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        one, two = await new(daemon, "cat"), await new(daemon, "bash", "--norc", name="two")
        assert 0 == await daemon.stop()
    async with living(tmp_path, run) as daemon:
        found = (await daemon.ask("GET", "/api/sessions")).json
        assert lasting(one, two) == lasting(*found)
        await daemon.stop(signal.SIGKILL)
    async with living(tmp_path, run) as daemon:
        found = (await daemon.ask("GET", "/api/sessions")).json
        assert lasting(one, two) == lasting(*found)
        order = {"command": "exit_with() { return $1; }; exit_with 5", "wait": True}
        done = await daemon.ask("POST", "/api/sessions/two/exec", order)
        assert 5 == done.json["exit_code"]
        for name in ("one", "two"):
            assert 200 == (await daemon.ask("DELETE", f"/api/sessions/{name}")).status


async def test_the_log_is_read_in_ranges(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        session = await new(daemon, "sh", "-c", "printf 0123456789; sleep 100")
        path = f"/api/sessions/{session['id']}/log"
        with trio.fail_after(10):  # the screen may be ahead of the log by what is under way
            while b"0123456789" != (await daemon.raw(path))[1]:
                pass

        assert b"0123456789" == (await daemon.raw(path))[1]
        assert (206, b"234") == await daemon.raw(path, Range="bytes=2-4")
        assert (206, b"89") == await daemon.raw(path, Range="bytes=-2")
        assert 416 == (await daemon.raw(path, Range="bytes=99-"))[0]
        assert b"3456" == (await daemon.raw(f"{path}?offset=3&limit=4"))[1]
        state = (await daemon.ask("GET", f"{path}/verify")).json
        assert {"first": 0, "end": 10, "gaps": [], "faults": []} == state


async def test_the_daemon_takes_the_descriptors_that_it_may_have(tmp_path: Path, run: Path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    try:
        async with living(tmp_path, run) as daemon:
            told = limits_of(daemon)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    (line,) = [each for each in told if each.startswith("Max open files")]
    assert min(hard, 65_536) == int(line.split()[3])


async def test_a_daemon_that_was_started_in_a_session_is_no_part_of_it(tmp_path: Path, run: Path):
    soft, hard = resource.getrlimit(LOCKS)
    resource.setrlimit(LOCKS, (dye_of("outer"), hard))
    try:
        async with living(tmp_path, run) as daemon:
            assert 0 == dye_in(daemon.process.pid)
    finally:
        resource.setrlimit(LOCKS, (soft, hard))


def limits_of(daemon: Daemon) -> list[str]:
    return Path(f"/proc/{daemon.process.pid}/limits").read_text().splitlines()


HOSTILE = ["$(touch PWNED)", "`touch PWNED`", "#{pane_id}#(touch PWNED)", "'; touch PWNED; '",
           '"', "\\", "-x", "=x:", "%1", "$0", "a\tb", "{}", "~", "x" * 3_000]  # fmt: skip


async def test_hostile_words_arrive_as_they_are_and_run_nothing(tmp_path: Path, run: Path):
    place = tmp_path / f"#(touch PWNED) $(touch PWNED){'x' * 200}"
    place.mkdir()
    async with living(tmp_path, run) as daemon:
        environment = {f"V{n}": word for n, word in enumerate(HOSTILE)}
        out = tmp_path / "out"
        show = f'printf "%s\\0" "$@" >{out}; env -0 | grep -z ^V >>{out}; pwd >>{out}; cat'
        session = await new(
            daemon, "sh", "-c", show, "sh", *HOSTILE,
            name="#(touch PWNED)", project_path=str(place), environment=environment,
            worktree_branch="$(touch PWNED)",
        )  # fmt: skip
        path = f"/api/sessions/{session['id']}"
        for word in HOSTILE[:-1]:
            if word.isprintable():
                typed = await daemon.ask("POST", f"{path}/text", {"text": word, "enter": True})
                assert 202 == typed.status
                await until_shown(daemon, path, f"{word}\n{word}")

        parts = out.read_text().split("\0")
        assert HOSTILE == parts[: len(HOSTILE)]
        assert {f"V{n}={word}" for n, word in enumerate(HOSTILE)} <= set(parts)
        assert f"{place}\n" == parts[-1]
        assert sorted(environment) == session["environment_names"]
    assert [] == traces_of_attacks(tmp_path)


def traces_of_attacks(place: Path) -> list[Path]:
    return list(place.rglob("PWNED"))
