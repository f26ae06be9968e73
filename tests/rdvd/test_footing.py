"""Whatever is taken from a running daemon: it stays the only one, is found again, and says so."""

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from rdvd.ground.locks import who_holds
from rdvd.ground.ownership import read_owner

from .daemons import A_WHILE, Daemon, living, rdv, rdvd, with_setting


async def until(condition: Callable[[], bool]) -> None:
    with trio.fail_after(A_WHILE):
        while not condition():  # noqa: ASYNC110 - the file system tells another process only
            await trio.sleep(0.01)


async def reasons(daemon: Daemon) -> list[str]:
    return (await daemon.ask("GET", "/health")).json["reasons"]


async def until_reasons(daemon: Daemon, *said: str) -> None:
    with trio.fail_after(A_WHILE):
        while not _are_about(await reasons(daemon), said):  # noqa: ASYNC110 - as above
            await trio.sleep(0.01)


def _are_about(found: list[str], said: tuple[str, ...]) -> bool:
    return len(found) == len(said) and all(map(str.__contains__, found, said))


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


async def test_whatever_files_are_removed_a_second_daemon_is_refused_and_told_by_whom(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        (daemon.home / "server" / "server.pid").unlink()
        for folder in (daemon.run, daemon.home / "server"):
            shutil.rmtree(folder, ignore_errors=True)  # some is back before the rest is gone

        second = await trio.to_thread.run_sync(rdvd, daemon.home, daemon.run)

        assert second.returncode == 75
        assert f"pid {daemon.process.pid}" in second.stderr
        assert who_holds(daemon.home) == daemon.process.pid
        await until(lambda: answers(daemon.socket))
        assert (await daemon.ask("POST", "/api/tokens", {"name": "still ours"})).status == 201


async def test_two_homes_with_one_database_have_one_daemon(tmp_path: Path):
    setting = f'log_level = "info"\n[database]\npath = "{tmp_path}/db"'
    for name in ("home", "other"):
        with_setting(tmp_path / name, setting)
    async with living(tmp_path / "home") as daemon:
        second = await trio.to_thread.run_sync(rdvd, tmp_path / "other", tmp_path / "run")

        assert second.returncode == 75
        assert f"pid {daemon.process.pid}" in second.stderr


async def test_a_removed_pid_file_comes_back_with_the_same_owner_and_goes_at_the_end(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        file = daemon.home / "server" / "server.pid"
        owner = read_owner(file)
        for _ in range(3):
            file.unlink()
            await until(lambda: file.exists() and read_owner(file) == owner)

        assert who_holds(file) == daemon.process.pid
        assert await reasons(daemon) == []
        assert await daemon.stop() == 0
        assert not file.exists()


async def test_a_removed_socket_comes_back_and_who_is_inside_stays(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        inside = await trio.open_unix_socket(str(daemon.socket))
        for path in (daemon.socket, daemon.terminal, daemon.socket):
            path.unlink()
            await until(lambda path=path: answers(path))
            assert path.stat().st_mode & 0o777 == 0o600

        await inside.send_all(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        with trio.fail_after(A_WHILE):
            answer = b"".join([part async for part in inside])
        assert answer.startswith(b"HTTP/1.1 200")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["reasons"] == []
        await inside.aclose()
        assert await daemon.stop() == 0
        assert list(daemon.run.iterdir()) == []


async def test_what_lies_in_its_place_is_left_alone_and_told_until_it_is_gone(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        for path in (daemon.terminal, daemon.home / "server" / "server.pid"):
            mine = path.with_name("mine")
            mine.write_text("my thesis")
            mine.replace(path)

            await until_reasons(daemon, "move it away")
            told = await trio.to_thread.run_sync(rdv, daemon, "doctor")

            assert str(path) in told.stdout
            assert path.read_text() == "my thesis"
            path.unlink()
            await until_reasons(daemon)

        await until(lambda: answers(daemon.terminal))
        assert read_owner(daemon.home / "server" / "server.pid") is not None


async def test_a_daemon_that_cannot_be_reached_is_told_of_all_the_same(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        for path in (daemon.socket, daemon.home / "server" / "server.pid"):
            mine = path.with_name("mine")
            mine.write_text("my thesis")
            mine.replace(path)

        told = await trio.to_thread.run_sync(rdv, daemon, "doctor")

        assert f"it runs, pid {daemon.process.pid}" in told.stdout
        assert "move it away" in told.stdout
        daemon.socket.unlink()
        await until(lambda: answers(daemon.socket))


@pytest.mark.parametrize("stale", ["", "4711\n"], ids=["empty", "a number"])
async def test_a_pid_file_such_as_a_daemon_leaves_is_taken_over(tmp_path: Path, stale: str):
    async with living(tmp_path / "home") as daemon:
        file = daemon.home / "server" / "server.pid"
        owner, other = read_owner(file), file.with_name("other")
        other.write_text(stale)
        other.chmod(0o600)
        other.replace(file)

        await until(lambda: read_owner(file) == owner)
        assert who_holds(file) == daemon.process.pid
