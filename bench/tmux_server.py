"""What the contenders of the tmux bench share: a server with 20 sessions, and 64 callers."""

import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import trio

from .stopwatch import Stopwatch

SESSIONS = 20
LINES = "for i in $(seq 200); do echo line $i of what is on this screen; done; exec cat"
FILLED = ("/bin/sh", "-c", LINES)
TARGET = "=s0:"


@contextmanager
def directory() -> Generator[Path, None, None]:
    """For sockets; whatever server is behind one of them is ended."""
    run = Path(tempfile.mkdtemp(prefix="rdv-bench-"))
    try:
        yield run
    finally:
        for path in run.glob("*.sock"):
            subprocess.run(["tmux", "-S", path, "kill-server"], check=False)
        shutil.rmtree(run)


@contextmanager
def server() -> Generator[Path, None, None]:
    """Its socket, in a directory where the gateway looks for it too."""
    with directory() as run:
        path = run / "tmux-0.sock"
        for number in range(SESSIONS):
            name = f"s{number}"
            command = ["tmux", "-S", path, "-f", "/dev/null", "new-session", "-d", "-s", name]
            subprocess.run([*command, *FILLED], check=True)
        yield path


async def share_out(times: int, callers: int, call: Callable[[], Awaitable[object]]) -> float:
    async def caller() -> None:
        for _ in range(times // callers):
            await call()

    with Stopwatch() as watch:
        async with trio.open_nursery() as nursery:
            for _ in range(callers):
                nursery.start_soon(caller)
    return watch.seconds
