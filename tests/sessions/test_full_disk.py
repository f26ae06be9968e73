"""A disk without room: sessions can still be told what to do, such as to make some."""

import resource
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from tests.rdvd.daemons import Daemon, living


@asynccontextmanager
async def full(daemon: Daemon) -> AsyncGenerator[None]:
    """What a full disk is to one process: its database is larger than this already."""
    pid, nothing = daemon.process.pid, 4_096
    usual = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (nothing, usual[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, usual)


async def shows(daemon: Daemon, session: str, words: str) -> None:
    path = f"/api/sessions/{session}/screen"
    with trio.fail_after(20):
        while words not in (await daemon.ask("GET", path)).json["content"]:
            pass


async def test_what_is_typed_arrives_once_and_is_not_said_to_have_failed(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        line = "while read -r line; do echo heard $line; done"
        order = {"name": "one", "shell_command": line}
        session = (await daemon.ask("POST", "/api/sessions", order)).json["id"]
        path = f"/api/sessions/{session}"
        async with full(daemon):
            refused = await daemon.ask("POST", "/api/sessions", {"name": "two"})
            typed = await daemon.ask("POST", f"{path}/text", {"text": "words", "enter": True})
            await shows(daemon, session, "heard words")
            pressed = await daemon.ask("POST", f"{path}/keys", {"keys": ["a", "Enter"]})
            await shows(daemon, session, "heard a")
        closed = await daemon.ask("DELETE", path)
        end_tmux(daemon)

    assert (refused.status, refused.json["code"]) == (507, "STORAGE_FULL")
    assert (typed.status, pressed.status, closed.status) == (202, 202, 200)


def end_tmux(daemon: Daemon) -> None:
    for path in daemon.run.glob("tmux-*.sock"):
        subprocess.run(["tmux", "-S", str(path), "kill-server"], check=True, timeout=10)
