"""The programs that outlive a daemon, when somebody throws away what it finds them by."""

import os
import shutil
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from rdvd.ground.peer import close_peer, peer_of
from tests.sessions.house import end_recorder
from tests.tmux.servers import PROGRAM, private_run

from .daemons import A_WHILE, Daemon, living_at

# It prints as fast as it can, whatever happens, until it is told that it is enough.
COUNT = 'i=0; until [ -e "$1" ]; do i=$((i+1)); echo $i; done; echo enough; exec cat'


@pytest.fixture
def run(tmp_path: Path) -> Generator[Path, None, None]:
    with private_run() as path:
        program = (path / PROGRAM).readlink()
        yield path
        if not (path / PROGRAM).exists():
            (path / PROGRAM).symlink_to(program)
        end_recorder(tmp_path / "home" / "server" / "recorder.lock")


@contextmanager
def ended_if_lost(server: Path) -> Generator[None, None, None]:
    """Nobody else could end it then."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(server))
        peer = peer_of(client)
        process = os.pidfd_open(peer.pid)
        close_peer(peer)
    try:
        yield
    finally:
        if not answers(server):
            signal.pidfd_send_signal(process, signal.SIGTERM)
        os.close(process)


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


async def until(condition: Callable[[], bool]) -> None:
    with trio.fail_after(A_WHILE):
        while not condition():  # noqa: ASYNC110 - the file system tells another process only
            await trio.sleep(0.01)


async def begun(daemon: Daemon, name: str, *command: str) -> str:
    order = {"name": name, "project_path": "/tmp", "command": command}
    made = await daemon.ask("POST", "/api/sessions", order)
    assert made.status == 201, made.json
    return made.json["id"]


async def printed(daemon: Daemon, session: str, end: bytes) -> bytes:
    """All of it, once it ends like this."""
    with trio.fail_after(A_WHILE):
        while True:
            _status, log = await daemon.raw(f"/api/sessions/{session}/log")
            if log.endswith(end):
                return log


async def test_tmux_and_the_recorder_are_found_again_and_no_byte_is_lost(tmp_path: Path, run: Path):
    enough, tmux, recorder = tmp_path / "enough", run / "tmux-0.sock", run / "recorder.sock"
    async with living_at(tmp_path / "home", run) as daemon:
        session = await begun(daemon, "counts", "sh", "-c", COUNT, "sh", str(enough))

        with ended_if_lost(tmux):
            shutil.rmtree(run, ignore_errors=True)  # some is back before the rest is gone
            await until(lambda: answers(tmux) and answers(recorder) and answers(daemon.socket))

        listed = await trio.run_process(["tmux", "-S", tmux, "list-sessions"], capture_stdout=True)
        assert f"rdv-{session}".encode() in listed.stdout
        other = await begun(daemon, "says", "sh", "-c", "echo hello; exec cat")
        assert await printed(daemon, other, b"hello\r\n") == b"hello\r\n"
        assert (await daemon.ask("GET", "/health")).json["reasons"] == []
        enough.touch()
        *numbers, _word = (await printed(daemon, session, b"enough\r\n")).split()
        assert numbers == [b"%d" % number for number in range(1, len(numbers) + 1)]


async def test_what_lies_where_tmux_was_found_is_left_alone_and_told_until_it_is_gone(
    tmp_path: Path, run: Path
):
    async with living_at(tmp_path / "home", run) as daemon:
        await begun(daemon, "waits", "cat")
        mine, tmux = run / "mine", run / "tmux-0.sock"
        mine.write_text("my thesis")
        with ended_if_lost(tmux):
            mine.replace(tmux)

            with trio.fail_after(A_WHILE):
                while not (reasons := (await daemon.ask("GET", "/health")).json["reasons"]):
                    pass
            assert [("move it away" in why, str(tmux) in why) for why in reasons] == [(True, True)]
            assert tmux.read_text() == "my thesis"

            tmux.unlink()
            await until(lambda: answers(tmux))
