"""`rdv doctor`: it finds what is wrong, says what to do, and changes nothing."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from rdvd.cli import doctor_system
from tests.rdvd.daemons import living

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


def damage(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096 : 4096 * 6] = b"\xa5" * (4096 * 5)
    database.write_bytes(content)
