"""Real tmux servers on private sockets, each ended by its own socket whatever happens."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import trio

from actors import task
from actors.testing import running
from rdvd.tmux import Tmux, TmuxSettings

NAMES = os.environ.get("RDV_TEST_TMUX", "tmux").split(os.pathsep)
A_WHILE = 20


def environment() -> dict[str, str]:
    """Without a service manager: a test's server must be its own to end."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


@contextmanager
def private_run() -> Generator[Path, None, None]:
    """A directory for sockets; the servers in it are ended after the block."""
    run = Path(tempfile.mkdtemp(prefix="rdv-tmux-"))
    try:
        yield run
    finally:
        for path in run.glob("*.sock"):
            end_server(path)
        shutil.rmtree(run)


def end_server(path: Path) -> None:
    subprocess.run(
        ["tmux", "-S", path, "kill-server"], capture_output=True, timeout=A_WHILE, check=False
    )


@asynccontextmanager
async def serving(run: Path, **settings: object) -> AsyncGenerator[Tmux, None]:
    """One that serves inside the block."""
    tmux = Tmux(TmuxSettings(run, **settings), environment())  # pyright: ignore[reportArgumentType]
    async with running(task("tmux", tmux.serve)):
        with trio.fail_after(A_WHILE):
            yield tmux
