"""Recordings of a log that is far longer than what the daemon may hold, from the real daemon."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from tests.screens.written import write_log

from .daemons import A_WHILE, Daemon, configure, environment, living_at

BLOCK = b"a line of some length, over and over again\r\n" * 24_000
BLOCKS = 110  # of 1 MiB each
READ = 1024 * 1024
ON_THE_WAY = 2 * 1024 * 1024  # in pipes and sockets
FLAT = 16 * 1024 * 1024
DRAIN = 1.0


@asynccontextmanager
async def with_a_long_log(tmp_path: Path, run: Path) -> AsyncGenerator[tuple[Daemon, str], None]:
    home = tmp_path / "home"
    configure(home, f"[server]\ndrain_seconds = {DRAIN}\n")
    async with living_at(home, run, anew=True) as daemon:
        with trio.fail_after(A_WHILE):
            body = {"name": "long", "project_path": "/tmp", "shell_command": "true"}
            id = (await daemon.ask("POST", "/api/sessions", body)).json["id"]
            await daemon.ask("DELETE", f"/api/sessions/{id}")
            (log,) = home.glob(f"**/{id}/log")
            shutil.rmtree(log)
            write_log(log.parent, ((at, BLOCK) for at in range(BLOCKS)))
            yield daemon, f"/api/sessions/{id}/recording"


@asynccontextmanager
async def reading(daemon: Daemon, path: str) -> AsyncGenerator[trio.SocketStream, None]:
    """Somebody who has read a part, and then reads no more."""
    async with await trio.open_unix_socket(daemon.socket) as stream:
        await stream.send_all(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        got = 0
        while got < READ:
            piece = await stream.receive_some()
            assert got or piece.startswith(b"HTTP/1.1 200")
            assert piece
            got += len(piece)
        yield stream


def rss(daemon: Daemon) -> int:
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
    return int(kilobytes) * 1024


def diggers(daemon: Daemon) -> list[str]:
    found: list[str] = []
    for told in Path(f"/proc/{daemon.process.pid}/task").glob("*/children"):
        for child in told.read_text().split():
            command = Path(f"/proc/{child}/cmdline")
            if command.exists() and b"rdvd.screens.digging" in command.read_bytes():
                found.append(child)
    return found


async def made_when_it_waits(daemon: Daemon) -> int:
    """How many bytes the process had written when it could write no more; or all of them."""
    (digger,) = diggers(daemon)
    same, before = 0, -1
    while same < 10:
        assert (await daemon.ask("GET", "/health/live")).status == 200
        made = written_by(digger)
        same = same + 1 if made == before else 0
        before = made
    return before


def written_by(process: str) -> int:
    (count,) = re.findall(r"wchar: (\d+)", Path(f"/proc/{process}/io").read_text())
    return int(count)


async def until_no_digger(daemon: Daemon) -> None:
    with trio.fail_after(5):
        while diggers(daemon):
            await daemon.ask("GET", "/health/live")


async def test_a_slow_reader_costs_the_daemon_nothing_and_leaving_ends_the_work(
    tmp_path: Path, run: Path
):
    async with with_a_long_log(tmp_path, run) as (daemon, path):
        before = rss(daemon)
        async with reading(daemon, path):
            assert await made_when_it_waits(daemon) < READ + ON_THE_WAY
            assert rss(daemon) - before < FLAT
        await until_no_digger(daemon)
        log = (tmp_path / "home" / "server" / "server.log").read_text()

    (line,) = [each for each in log.splitlines() if path in each]
    assert "499" in line
    (sent,) = re.findall(r'bytes_out"?[=:] ?(\d+)', line)
    assert READ - 65536 < int(sent) < READ + FLAT


async def test_a_stop_in_the_middle_is_bounded_and_no_file_is_left(tmp_path: Path, run: Path):
    async with with_a_long_log(tmp_path, run) as (daemon, path):
        file, id = tmp_path / "long.cast", path.split("/")[3]
        command = [sys.executable, "-m", "rdvd.cli", "session", "record", "export", id, str(file)]
        exporting = await trio.lowlevel.open_process(
            command, env=environment(daemon.home, daemon.run), stderr=subprocess.PIPE
        )
        while not (file.exists() and file.stat().st_size > READ // 4):
            assert exporting.poll() is None
            await daemon.ask("GET", "/health/live")
        async with reading(daemon, path) as stream:
            began = time.monotonic()
            assert await daemon.stop() == 0
            took = time.monotonic() - began
            rest = b"".join([piece async for piece in stream])
        assert exporting.stderr is not None
        complaint = b"".join([piece async for piece in exporting.stderr])
        code = await exporting.wait()

    assert took < DRAIN + 5
    assert not rest.endswith(b"0\r\n\r\n")
    assert code != 0
    assert complaint
    assert not file.exists()
