"""From an empty directory to a running daemon and back, in every way that a process can end."""

import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import trio

from . import daemons
from .daemons import A_WHILE, environment, rdvd, with_setting

living = partial(daemons.living, anew=True)
living_at = partial(daemons.living_at, anew=True)


@pytest.fixture
def short_path() -> Generator[Path]:
    """Socket paths are short, and pytest's own are long."""
    with tempfile.TemporaryDirectory(prefix="rdv-") as path:
        yield Path(path)


async def test_it_starts_in_an_empty_directory_and_leaves_nothing_to_connect_to(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        assert (await daemon.ask("GET", "/health")).json["status"] == "healthy"
        assert await daemon.stop() == 0

        assert sorted(path.name for path in daemon.run.iterdir()) == []
        assert not (daemon.home / "server" / "server.pid").exists()


async def test_everything_it_makes_is_for_its_owner_only(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        paths = [daemon.home, *daemon.home.rglob("*"), daemon.run, daemon.socket]
        modes = {str(path): path.stat().st_mode & 0o077 for path in paths}

    assert {path: mode for path, mode in modes.items() if mode} == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_with_exit_code_0(number: signal.Signals, tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        assert await daemon.stop(number) == 0


async def test_a_signal_while_it_opens_its_database_is_obeyed_as_soon_as_it_can_be(
    tmp_path: Path, short_path: Path
):
    home = tmp_path / "home"
    async with living_at(home, short_path / "run") as daemon:
        assert await daemon.stop() == 0
    with closing(sqlite3.connect(home / "sqlite.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")  # it will wait for this
        process = await trio.lowlevel.open_process(
            [sys.executable, "-m", "rdvd"], env=environment(home, short_path / "run"),
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with trio.fail_after(A_WHILE):
            while not (home / "server" / "server.pid").exists():  # noqa: ASYNC110 - it tells nobody
                await trio.sleep(0.01)
        process.send_signal(signal.SIGTERM)

    with trio.fail_after(A_WHILE):
        assert await process.wait() == 0
    assert not (home / "server" / "server.pid").exists()
    assert list((short_path / "run").iterdir()) == []


async def test_a_second_daemon_is_refused_and_the_first_unharmed(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        second = await trio.to_thread.run_sync(rdvd, daemon.home, daemon.run)

        assert second.returncode == 75
        assert str(daemon.process.pid) in second.stderr
        assert (await daemon.ask("GET", "/health/ready")).json == {"ready": True}


async def test_after_a_kill_it_starts_again_without_help_and_knows_what_it_knew(
    tmp_path: Path, short_path: Path
):
    for round_number in range(3):
        async with living_at(tmp_path / "home", short_path / "run") as daemon:
            tokens = (await daemon.ask("GET", "/api/tokens")).json
            assert len([token for token in tokens if token["kind"] == "api"]) == round_number
            order = {"name": f"round {round_number}"}
            assert (await daemon.ask("POST", "/api/tokens", order)).status == 201
            assert await daemon.stop(signal.SIGKILL) == -signal.SIGKILL


async def test_a_wrong_setting_is_refused_with_its_place_and_a_suggestion(tmp_path: Path):
    with_setting(tmp_path / "home", "log_levle = 'debug'")

    ended = await trio.to_thread.run_sync(rdvd, tmp_path / "home", tmp_path / "run")

    assert ended.returncode == 78
    assert "log_levle" in ended.stderr
    assert "log_level" in ended.stderr.replace("log_levle", "")


@pytest.mark.parametrize("blocks", [0, 20], ids=["not for the lock", "not for the database"])
def test_without_room_on_the_disk_it_says_so_and_leaves_nothing_locked(
    blocks: int, tmp_path: Path, short_path: Path
):
    """No file of it may be longer, which is what a full disk looks like."""
    command = f'ulimit -f {blocks}; exec "$0" -m rdvd'
    ended = subprocess.run(
        ["sh", "-c", command, sys.executable], env=environment(tmp_path / "home", short_path),
        capture_output=True, text=True, timeout=A_WHILE, check=False,
    )  # fmt: skip

    assert ended.returncode == 78
    assert "make room" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "home" / "server" / "server.pid").exists()


async def test_a_file_in_the_place_of_the_socket_is_not_removed(tmp_path: Path):
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    (run / "api.sock").write_text("mine")

    ended = await trio.to_thread.run_sync(rdvd, tmp_path / "home", run)

    assert ended.returncode == 78
    assert (run / "api.sock").read_text() == "mine"


async def test_a_request_in_flight_is_answered_when_it_stops(tmp_path: Path):
    async with (
        living(tmp_path / "home") as daemon,
        await trio.open_unix_socket(str(daemon.socket)) as stream,
    ):
        head = b"POST /api/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        await stream.send_all(head + b"Content-Length: 12\r\n\r\n")
        assert (await daemon.ask("GET", "/health")).status == 200  # ours has been accepted
        daemon.process.send_signal(signal.SIGTERM)
        await stream.send_all(b'{"name":"a"}')
        with trio.fail_after(A_WHILE):
            answer = await stream.receive_some(4096)

    assert answer.startswith(b"HTTP/1.1 201")
