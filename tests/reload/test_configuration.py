"""The configuration of a running daemon: shown, and changed on SIGHUP or through the API alike."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trio

from actors import Unavailable, actor
from actors.testing import running
from rdvd.config import Config, load
from rdvd.ground.errors import Forbidden, StorageFull
from rdvd.ground.live import Live
from rdvd.ground.notify import Notifier
from rdvd.ground.places import Places, prepare
from rdvd.identity import AuthEvent, Owner, Session, SessionId, TokenId, UserId
from rdvd.reload import REFUSED, Configuration
from tests.ground.http_client import assert_problem

from .house import READY, House, house

A_WHILE = 10
OWNER = Owner(UserId("ann"))
CHILD = """
import os, signal, subprocess, sys
from rdvd.reload import outlive_hangups
outlive_hangups()
os.kill(os.getpid(), signal.SIGHUP)
child = "import os, signal; os.kill(os.getpid(), signal.SIGHUP)"
print("it ended by", -subprocess.run([sys.executable, "-c", child]).returncode)
"""


async def shown(daemon: House) -> dict[str, dict[str, Any]]:
    answer = (await daemon.get("/api/config")).json
    return {setting["key"]: setting for setting in answer["settings"]}


async def test_what_holds_is_shown_with_its_source_and_what_waits_for_what(tmp_path: Path):
    async with house(tmp_path, "[server]\nlog_files = 7\n") as daemon:
        before = await shown(daemon)
        daemon.write("[server]\nlog_level = 'debug'\nlog_file = '/elsewhere'\nlog_files = 7\n")
        after = await shown(daemon)

    file = f"{tmp_path}/server/config.toml"
    assert {setting["waits_for"] for setting in before.values()} == {None}
    assert before["server.log_files"]["value"] == 7
    assert before["server.log_files"]["source"] == f"{file}:2"
    assert before["server.allowed_origins"]["value"] == []
    assert before["database.path"]["value"] == f"{tmp_path}/sqlite.db"
    assert after["server.log_level"] == {
        "key": "server.log_level", "value": "info", "source": "default",
        "waits_for": "reload", "next": "debug",
    }  # fmt: skip
    assert after["server.log_file"]["waits_for"] == "restart"
    assert after["server.log_file"]["next"] == "/elsewhere"
    assert after["server.log_files"] == before["server.log_files"]


async def test_a_reload_through_the_api_is_that_of_the_signal_and_says_what_waits(tmp_path: Path):
    async with house(tmp_path) as daemon:
        daemon.write("[server]\nlog_level = 'debug'\nlog_file = '/elsewhere'\n")
        reloaded = await daemon.post("/api/config/reload")
        heard = [await daemon.ear.recv(999) for _ in range(2)]
        settings = await shown(daemon)

    assert reloaded.json == {"changed": ["server.log_level"], "waiting": ["server.log_file"]}
    assert heard[0].startswith(b"RELOADING=1")
    assert heard[1] == READY
    assert settings["server.log_level"]["value"] == "debug"
    assert settings["server.log_file"]["value"] == f"{tmp_path}/server/server.log"


async def test_what_needs_a_restart_is_named_each_time(tmp_path: Path):
    async with house(tmp_path) as daemon:
        await daemon.hang_up("[server]\nlog_files = 9\nlog_file = '/elsewhere'\n")
        await daemon.hang_up()
        changed = await daemon.said("config_reloaded", "changed")
        waiting = await daemon.said("config_needs_restart", "waiting")

    assert changed == [["server.log_files"], []]
    assert waiting == [["server.log_file"]] * 2


async def test_a_wrong_file_is_refused_with_all_its_problems_and_nothing_is_taken_up(
    tmp_path: Path,
):
    async with house(tmp_path) as daemon:
        status = await daemon.hang_up("[server]\nlog_level = 'debug'\nlog_levle = 1\n[sever]\n")
        refused = await daemon.post("/api/config/reload")
        answer = (await daemon.get("/api/config")).json
        settings = await shown(daemon)
        logged = await daemon.said("config_refused", "problems")

    assert status == f"READY=1\nSTATUS={REFUSED}".encode()
    assert_problem(refused, 400, "BAD_CONFIG")
    assert refused.json["problems"] == answer["problems"] == logged[0] == logged[1]
    assert [problem.partition("config.toml:")[2][:2] for problem in answer["problems"]] == [
        "3:",
        "4:",
    ]
    assert (settings["server.log_level"]["value"], settings["server.log_level"]["waits_for"]) == (
        "info",
        None,
    )


async def test_what_went_back_in_the_file_goes_back_in_the_daemon(tmp_path: Path):
    async with house(tmp_path) as daemon:
        await daemon.hang_up("[server]\nlog_level = 'debug'")
        await daemon.hang_up("")
        setting = (await shown(daemon))["server.log_level"]

    assert (setting["value"], setting["source"]) == ("info", "default")


async def test_only_the_owner_may_see_it_or_reload_it(tmp_path: Path):
    async with house(tmp_path) as daemon:
        minted = (await daemon.post("/api/tokens", {"name": "program"})).json
        bearer = {"Authorization": f"Bearer {minted['token']}"}
        seen = await daemon.get("/api/config", **bearer)
        reloaded = await daemon.post("/api/config/reload", **bearer)
        entries = (await daemon.get("/api/audit?action=config.reload")).json["entries"]

    assert_problem(seen, 403, "FORBIDDEN")
    assert_problem(reloaded, 403, "FORBIDDEN")
    assert [entry["entry"]["outcome"] for entry in entries] == ["refused"]


async def test_every_reload_is_in_the_audit_log_with_who_asked_and_what_changed(tmp_path: Path):
    async with house(tmp_path) as daemon:
        await daemon.hang_up("[server]\nlog_level = 'debug'")
        daemon.write("nonsense")
        await daemon.post("/api/config/reload")
        entries = (await daemon.get("/api/audit?action=config.reload")).json["entries"]
        owner = (await daemon.get("/api/user")).json["id"]

    asked, signalled = (link["entry"] for link in entries)
    assert (asked["outcome"], asked["user"], asked["detail"]) == ("refused", owner, "BAD_CONFIG")
    assert (signalled["outcome"], signalled["peer"]) == ("accepted", "SIGHUP")
    assert signalled["object"] == "server.log_level"


async def test_no_answer_holds_what_looks_like_a_token(tmp_path: Path):
    secret = f"rdv_api_{'A1' * 24}"
    async with house(tmp_path) as daemon:
        daemon.write(f"[server]\nlog_level = '{secret}'\nallowed_origins = ['{secret}']")
        answers = [await daemon.get("/api/config"), await daemon.post("/api/config/reload")]
        log = "\n".join(await daemon.logged()) + daemon.places.log_file.read_text()

    assert secret not in log + "".join(answer.body.decode() for answer in answers)


class Bench:
    """A Configuration whose surroundings fail as told."""

    def __init__(self, home: Path, notifier: Notifier) -> None:
        self.places = Places(home, Path("/run/rdv"))
        prepare(Places(home, home / "run"))
        self.held = Live(self.read())
        self.fault: Exception | None = None
        self.taken: list[str] = []
        self.recorded: list[AuthEvent] = []
        self.child = actor(
            "config",
            lambda: Configuration(self.held, self.read, self.take_up, self.record, notifier),
        )

    def read(self) -> Config:
        return load(self.places, {})

    async def take_up(self, config: Config) -> None:
        if self.fault is not None:
            raise self.fault
        self.taken.append(config.server.log_level)

    async def record(self, event: AuthEvent) -> None:
        raise StorageFull("no room")


class Bug(Exception):
    pass


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, Notifier(address=None))


async def test_after_a_restart_of_the_actor_what_was_taken_up_still_holds(bench: Bench):
    bench.places.server_config_file.write_text("[server]\nlog_level = 'debug'")
    async with running(bench.child):
        await bench.child.ref.call(Configuration.reload)
        bench.fault = Bug()
        with pytest.raises(Unavailable):
            await bench.child.ref.call(Configuration.reload)
        bench.fault = None
        bench.places.server_config_file.write_text("")
        reloaded = await bench.child.ref.call(Configuration.reload)

    assert reloaded.changed == ["server.log_level"]
    assert bench.taken == ["debug", "info"]


async def test_who_could_not_take_it_up_gets_it_again_with_the_next_reload(bench: Bench):
    bench.places.server_config_file.write_text("[server]\nlog_level = 'debug'")
    async with running(bench.child):
        bench.fault = Unavailable("auth is down")
        with pytest.raises(Unavailable):
            await bench.child.ref.call(Configuration.reload)
        bench.fault = None
        await bench.child.ref.call(Configuration.reload)

    assert bench.taken == ["debug"]


async def test_a_full_disk_keeps_nobody_from_reloading(bench: Bench):
    bench.places.server_config_file.write_text("[server]\nlog_level = 'debug'")
    async with running(bench.child):
        assert (await bench.child.ref.call(Configuration.reload)).changed == ["server.log_level"]


async def test_a_session_may_not_reload(bench: Bench):
    session = Session(UserId("ann"), SessionId("s1"), TokenId("t1"))
    async with running(bench.child):
        with pytest.raises(Forbidden, match=r"config\.reload"):
            await bench.child.ref.call(Configuration.reload, session)
        with pytest.raises(Forbidden, match=r"config\.read"):
            await bench.child.ref.call(Configuration.show, session)
        await bench.child.ref.call(Configuration.reload, OWNER)

    assert len(bench.taken) == 1


async def test_systemd_is_told_of_the_end_of_a_reload_that_crashes(tmp_path: Path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + f"rdvd-{tmp_path}"[-100:])
        bench = Bench(tmp_path, Notifier(ear.getsockname()))
        bench.fault = Bug()
        async with running(bench.child):
            with pytest.raises(Unavailable):
                await bench.child.ref.call(Configuration.reload)

        assert ear.recv(999, socket.MSG_DONTWAIT).startswith(b"RELOADING=1")
        assert ear.recv(999, socket.MSG_DONTWAIT).startswith(b"READY=1")


async def test_it_gives_the_signal_back(bench: Bench):
    before = signal.getsignal(signal.SIGHUP)
    async with running(bench.child):
        assert signal.getsignal(signal.SIGHUP) != before

    assert signal.getsignal(signal.SIGHUP) == before


async def test_many_hangups_at_once_are_one_or_more_reloads_and_no_harm(tmp_path: Path):
    async with house(tmp_path) as daemon:
        daemon.write("[server]\nlog_level = 'debug'")
        for _ in range(20):
            os.kill(os.getpid(), signal.SIGHUP)
        with trio.fail_after(A_WHILE):
            while await daemon.ear.recv(999) != READY:
                pass
        assert (await shown(daemon))["server.log_level"]["value"] == "debug"


def test_a_hangup_that_nobody_waits_for_does_not_end_us_but_still_ends_our_children():
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=A_WHILE, check=False
    )

    assert (done.returncode, done.stdout) == (0, f"it ended by {signal.SIGHUP.value}\n")
