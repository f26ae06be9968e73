"""`rdv backup` and `rdv restore`: there and back, and the ways that are barred."""

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from rdvd.ground.backup import verify
from rdvd.ground.database import connect_writer
from tests.rdvd.daemons import living_at, with_setting

from .asking import Said, ask, say


@pytest.fixture
def run() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="rdv-") as path:
        yield Path(path) / "run"


async def test_what_was_backed_up_while_the_daemon_ran_comes_back(tmp_path: Path, run: Path):
    home, file = tmp_path / "home", tmp_path / "safe"
    async with living_at(home, run) as daemon:
        await daemon.ask("POST", "/api/tokens", {"name": "before"})
        saved = await ask(daemon, "backup", str(file))
        again = await ask(daemon, "backup", str(file))
        await daemon.ask("POST", "/api/tokens", {"name": "after"})
        beside = await ask(daemon, "restore", str(file), "--yes")
        assert await daemon.stop() == 0
    unasked = say(home, run, "restore", str(file))
    restored = say(home, run, "restore", str(file), "--yes")
    async with living_at(home, run) as daemon:
        names = [token["name"] for token in (await daemon.ask("GET", "/api/tokens")).json]

    assert (saved.code, file.stat().st_mode & 0o777) == (0, 0o600)
    assert again.code == 4
    assert beside.code == 4
    assert "stop that one first" in beside.err
    assert unasked.code == 9
    assert "--yes" in unasked.err
    assert restored.code == 0
    assert len(list(home.glob("sqlite.db.replaced-*Z"))) == 1
    assert len(list(home.glob("sqlite.db.replaced-*Z.audit-head"))) == 1
    assert "before" in names
    assert "after" not in names


async def test_a_daemon_with_its_lock_and_database_elsewhere_is_respected(
    tmp_path: Path, run: Path
):
    home, file = tmp_path / "home", tmp_path / "safe"
    with_setting(home, f'pid_file = "{tmp_path}/pid"\n[database]\npath = "{tmp_path}/db"')
    async with living_at(home, run) as daemon:
        saved = await ask(daemon, "backup", str(file))
        beside = await ask(daemon, "restore", str(file), "--yes")

    assert saved.code == 0
    assert beside.code == 4
    assert not (home / "sqlite.db").exists()


async def test_while_the_daemon_is_down_its_program_does_it_and_leaves_no_trace(
    tmp_path: Path, run: Path
):
    home = tmp_path / "home"
    async with living_at(home, run) as daemon:
        assert await daemon.stop() == 0
    before = sorted(home.rglob("*"))

    saved = say(home, run, "backup", "safe")
    again = say(home, run, "backup", "safe")

    assert (saved.code, saved.out.split(":")[0]) == (0, "safe")
    verify(tmp_path / "safe")
    assert again.code == 4
    assert before == sorted(home.rglob("*"))


async def test_a_daemon_that_only_lost_its_socket_keeps_its_database(tmp_path: Path, run: Path):
    async with living_at(tmp_path / "home", run) as daemon:
        mine = run / "mine"
        mine.write_text("my thesis")
        mine.replace(daemon.socket)
        saved = await ask(daemon, "backup", str(tmp_path / "safe"))

    assert saved.code == 4
    assert f"pid {daemon.process.pid}" in saved.err


def test_what_is_no_backup_is_refused_and_nothing_changes(tmp_path: Path, run: Path):
    file = tmp_path / "notes"
    file.write_text("no database at all, and long enough to look like one " * 9)
    home = tmp_path / "home"

    assert refusal(say(home, run, "restore", str(file), "--yes")) == (4, True)
    assert refusal(say(home, run, "restore", str(tmp_path / "absent"), "--yes")) == (3, True)
    assert refusal(say(home, run, "backup", str(tmp_path / "new"))) == (3, True)
    assert not home.exists()


def test_a_new_machine_gets_its_directories_with_the_restored_database(tmp_path: Path, run: Path):
    home = tmp_path / "home"
    file = tmp_path / "safe"
    make_database(file)

    assert say(home, run, "restore", str(file), "--yes").code == 0
    assert (home / "sqlite.db").stat().st_mode & 0o777 == 0o600
    assert not (home / "server" / "server.pid").exists()


def make_database(path: Path) -> None:
    connect_writer(path).close()


def refusal(said: Said) -> tuple[int, bool]:
    return said.code, said.err.startswith("rdv: ")
