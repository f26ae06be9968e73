"""Where few files may be open: as many connections as there is room for, and a word about it."""

import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import trio

from .daemons import A_WHILE, Daemon, environment, living, living_at
from .test_footing import until
from .test_sessions import new

WITH_HARD_LIMIT = 'ulimit -Sn {limit} && ulimit -Hn {limit} && exec "$0" -m rdvd'


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def opened_by(daemon: Daemon) -> int:
    return len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir()))


def python_with(folder: Path, limit: str) -> str:
    limited = folder / "python"
    limited.write_text(f'#!/bin/sh\n{limit}\nexec "{sys.executable}" "$@"\n')
    limited.chmod(0o700)
    return str(limited)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Python whose hard limit is 200, of which 24 connections can be made."""
    monkeypatch.setattr(sys, "executable", python_with(tmp_path, "ulimit -n 200"))


async def test_what_runs_in_a_session_has_no_more_than_the_daemon_was_started_with(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "executable", python_with(tmp_path, "ulimit -Sn 512"))
    async with living_at(tmp_path / "home", run, anew=True) as daemon:
        made = await new(daemon, "sh", "-c", "ulimit -Sn > limit; cat", project_path=str(tmp_path))
        assert made["status"] == "active"
        await until(lambda: "\n" in read(tmp_path / "limit"))
        own = await trio.Path(f"/proc/{daemon.process.pid}/limits").read_text()

    assert read(tmp_path / "limit") == "512\n"
    assert "Max open files            512 " not in own


@pytest.mark.usefixtures("few")
async def test_it_serves_those_for_whom_there_is_room_and_says_so(tmp_path: Path):
    async with living(tmp_path / "home", anew=True) as daemon:
        with ExitStack() as crowd:
            for _ in range(60):
                guest = crowd.enter_context(socket.socket(socket.AF_UNIX))
                guest.connect(str(daemon.socket))
                assert opened_by(daemon) < 150
        health = (await daemon.ask("GET", "/health")).json
        log = (daemon.home / "server" / "server.log").read_text()

    assert health["status"] == "degraded"
    assert ["24 is all that 200 open files allow" in each for each in health["reasons"]] == [True]
    assert "fewer_connections" in log
    assert "accept_failed" not in log


def test_where_nobody_could_be_served_it_does_not_start(tmp_path: Path):
    ended = subprocess.run(
        ["sh", "-c", WITH_HARD_LIMIT.format(limit=100), sys.executable],
        env=environment(tmp_path / "home", tmp_path / "run"), capture_output=True, text=True,
        timeout=A_WHILE, check=False,
    )  # fmt: skip

    assert ended.returncode == 78
    assert "ulimit -Hn" in ended.stderr
    assert "Traceback" not in ended.stderr
