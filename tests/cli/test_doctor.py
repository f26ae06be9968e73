"""`rdv doctor`: it finds what is wrong, says what to do, and changes nothing."""

import resource
import signal
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rdvd.cli import doctor_system
from rdvd.cli.tmux_servers import TmuxServer
from tests.rdvd.daemons import Daemon, living

from .asking import Said, ask, ask_all, say

NAMES = {"python", "tmux", "git", "sqlite", "clock", "systemd", "home", "socket", "disk"}


def by_name(said: Said) -> dict[str, Any]:
    return {finding["name"]: finding for finding in said.json}


async def test_beside_a_healthy_daemon_nothing_fails(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        said, text = await ask_all(daemon, "doctor --json", "doctor")

    findings = by_name(said)
    assert (said.code, text.code) == (0, 0)
    assert {"daemon", "database"} | NAMES <= set(findings)
    assert {each["level"] for each in findings.values()} <= {"ok", "warn"}
    assert findings["daemon"]["level"] == findings["database"]["level"] == "ok"
    assert all(each["do"] for each in findings.values() if each["level"] != "ok")
    assert len(text.out.splitlines()) >= len(findings)


async def test_a_place_that_others_can_read_is_a_fault(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        (daemon.home / "trash").chmod(0o755)
        (daemon.home / "server" / "service-token").chmod(0o644)
        daemon.socket.chmod(0o666)
        said = await ask(daemon, "doctor", "--json")

    failed = {name for name, each in by_name(said).items() if each["level"] == "fail"}
    assert said.code == 1
    assert failed == {"directory trash", "file service-token", "socket"}


async def test_without_the_daemon_it_looks_at_the_database_itself_and_leaves_no_trace(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        assert await daemon.stop() == 0
        before = sorted(daemon.home.rglob("*"))
        whole = await ask(daemon, "doctor", "--json")
        after = sorted(daemon.home.rglob("*"))
        damage(daemon.home / "sqlite.db")
        broken = await ask(daemon, "doctor", "--json")

    assert by_name(whole)["daemon"]["level"] == "warn"
    assert by_name(whole)["database"]["says"].startswith("whole")
    assert before == after
    assert broken.code == 1
    assert "rdv restore" in by_name(broken)["database"]["do"]


async def test_a_full_disk_is_no_reason_to_put_an_old_database_in_place_of_a_whole_one(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        with no_room_for(daemon):
            said = await ask(daemon, "doctor", "--json")

    database = by_name(said)["database"]
    assert database["level"] == "fail"
    assert "full" in database["says"]
    assert "restore" not in database["do"]


async def test_a_database_that_cannot_be_looked_into_is_not_called_damaged(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        assert await daemon.stop() == 0
        (daemon.home / "sqlite.db-wal").mkdir()
        said = await ask(daemon, "doctor", "--json")

    assert by_name(said)["database"]["level"] == "fail"
    assert "restore" not in by_name(said)["database"]["do"]


def test_on_a_new_machine_without_programs_it_says_what_to_install(tmp_path: Path):
    said = say(tmp_path / "home", tmp_path / "run", "doctor", "--json", PATH="")

    findings = by_name(said)
    assert said.code == 1
    assert "install tmux" in findings["tmux"]["do"]
    assert "install git" in findings["git"]["do"]
    assert findings["directory home"]["level"] == "ok"
    assert not (tmp_path / "home").exists()


def test_a_path_that_is_too_long_for_a_socket_is_a_fault(tmp_path: Path):
    said = say(tmp_path / "home", tmp_path / ("long" * 25), "doctor", "--json")

    assert by_name(said)["socket"]["level"] == "fail"
    assert "RDV_RUNTIME_DIR" in by_name(said)["socket"]["do"]


@pytest.mark.parametrize(
    ("version", "level"), [((3, 51, 2), "warn"), ((3, 51, 3), "ok"), ((3, 60, 0), "ok")], ids=str
)
def test_an_sqlite_with_the_race_is_named(
    version: tuple[int, int, int], level: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)

    assert [finding.level for finding in doctor_system.sqlite()] == [level]


def test_a_clock_of_another_century_is_a_fault(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor_system.time, "time", lambda: 0.0)

    assert [finding.level for finding in doctor_system.clock()] == ["fail"]


async def test_what_is_safe_is_mended_said_and_nothing_else_is_touched(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        (daemon.home / "trash").chmod(0o755)
        (daemon.home / "server" / "service-token").chmod(0o644)
        daemon.socket.chmod(0o666)
        (daemon.home / "sessions").rmdir()
        for name in ("notes", "config.toml"):  # the author says who may read these
            (daemon.home / name).write_text("# mine")
            (daemon.home / name).chmod(0o644)
        (daemon.home / "sqlite.db.pepper.old").symlink_to(daemon.home / "notes")
        asked = await ask(daemon, "doctor", "--fix", "--dry-run", "--json")
        untouched = (daemon.home / "trash").stat().st_mode & 0o777
        mended = await ask(daemon, "doctor", "--fix")
        after = await ask(daemon, "doctor", "--json")
        lives = (await daemon.ask("GET", "/health/ready")).status

    could = {name for name, each in by_name(asked).items() if each["level"] == "could"}
    assert could == {"mode of trash", "mode of service-token", "mode of api.sock",
                     "missing directories"}  # fmt: skip
    assert (asked.code, untouched) == (1, 0o755)
    assert (mended.code, after.code, lives) == (0, 0, 200)
    assert mended.out.count("fixed  ") == 4
    assert "rotate-service-token" in mended.out
    assert "4 mended" in mended.out
    modes = {(daemon.home / name).stat().st_mode & 0o777 for name in ("notes", "config.toml")}
    assert modes == {0o644}


async def test_what_a_killed_daemon_left_is_removed_and_what_a_living_one_has_is_not(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        pid_file = daemon.home / "server" / "server.pid"
        beside = await ask(daemon, "doctor", "--fix")
        in_use = daemon.socket.exists() and pid_file.exists()
        await daemon.stop(signal.SIGKILL)
        found = await ask(daemon, "doctor", "--json")
        await ask(daemon, "doctor", "--fix", "--dry-run")
        left = daemon.socket.exists() and pid_file.exists()
        mended = await ask(daemon, "doctor", "--fix")

        assert (beside.code, in_use, left) == (0, True, True)
        assert "removed" not in beside.out
        assert by_name(found)["left over api.sock"]["level"] == "warn"
        assert f"removed {daemon.socket}" in mended.out
        assert not daemon.socket.exists()
        assert not pid_file.exists()


async def test_a_daemon_that_nobody_can_reach_is_not_called_down(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        mine = daemon.run / "mine"
        mine.write_text("my thesis")
        mine.replace(daemon.socket)
        said = await ask(daemon, "doctor", "--json")

    found = by_name(said)["daemon"]
    assert found["level"] == "fail"
    assert f"pid {daemon.process.pid}" in found["says"]
    assert "rdv daemon restart" in found["do"]


def test_what_lies_in_the_way_and_is_not_ours_is_left_alone(tmp_path: Path):
    home, run = tmp_path / "home", tmp_path / "run"
    for folder in (home, home / "server", run):
        folder.mkdir(mode=0o700)
    (home / "server" / "server.pid").write_text("a shopping list")
    (run / "api.sock").write_text("no socket")
    (home / "trash").symlink_to(tmp_path)

    said = say(home, run, "doctor", "--fix")

    assert said.code == 1
    assert "\n0 mended" in said.out
    assert (home / "server" / "server.pid").read_text() == "a shopping list"
    assert (run / "api.sock").read_text() == "no socket"
    assert (home / "trash").is_symlink()


@pytest.mark.parametrize("words", [("doctor",), ("doctor", "--fix")])
def test_what_is_no_file_in_place_of_the_lock_is_told_like_everything_else(
    words: tuple[str, ...], tmp_path: Path
):
    (tmp_path / "home" / "server" / "server.pid").mkdir(parents=True)

    said = say(tmp_path / "home", tmp_path / "run", *words, "--json")

    assert said.code == 1
    assert "directory where a file belongs" in by_name(said)["server.pid"]["says"]


def test_a_dry_run_of_nothing_is_wrong_usage(tmp_path: Path):
    assert say(tmp_path / "home", tmp_path / "run", "doctor", "--dry-run").code == 2


def test_a_tmux_server_that_would_end_with_the_daemon_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RDV_RUNTIME_DIR", str(tmp_path))
    groups = {"tmux-0": "/user.slice/rdvd.service", "tmux-1": "/user.slice/rdvd-tmux.slice/a"}
    servers = [TmuxServer(tmp_path / f"{name}.sock", 7, group) for name, group in groups.items()]

    def both(_: Path) -> list[TmuxServer]:
        return servers

    monkeypatch.setattr(doctor_system, "tmux_servers", both)

    assert [found.level for found in doctor_system.tmux_servers_apart()] == ["fail", "ok"]


@contextmanager
def no_room_for(daemon: Daemon) -> Generator[None]:
    """Whatever it writes, no file of its own may grow: to SQLite that is a full disk."""
    before = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, before)


def damage(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096 : 4096 * 6] = b"\xa5" * (4096 * 5)
    database.write_bytes(content)
