"""Real tmux servers on private sockets, each ended by its own socket whatever happens."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import trio

from actors import task
from actors.testing import running
from rdvd.tmux import NewSession, Tmux, TmuxSettings

A_WHILE = 20
PROGRAM = "tmux"  # the name of it in a run: a link to the one that is tried


def environment(**more: str) -> dict[str, str]:
    """Without a service manager: a test's server must be its own to end."""
    names = ("PATH", "HOME", "LANG")
    return {name: os.environ[name] for name in names if name in os.environ} | more


@contextmanager
def private_run(program: str = "tmux") -> Generator[Path, None, None]:
    """A directory for sockets, and in it the program; the servers in it are ended afterwards."""
    run = Path(tempfile.mkdtemp(prefix="rdv-tmux-"))
    found = shutil.which(program)
    assert found is not None
    (run / PROGRAM).symlink_to(found)
    try:
        yield run
    finally:
        for path in run.glob("tmux-*.sock"):
            end_server(run, path)
        shutil.rmtree(run)


def end_server(run: Path, path: Path) -> None:
    """Also one that a test has stopped: who holds a socket is known without being asked."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return
        told = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    os.kill(struct.unpack("3i", told)[0], signal.SIGCONT)
    ask(run, path, "kill-server")


def ask(run: Path, path: Path, *command: str) -> str:
    """By a process of its own, which is not how we do it."""
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            [run / PROGRAM, "-N", "-S", path, *command],
            capture_output=True, text=True, timeout=5, check=False,
        )  # fmt: skip
        return done.stdout
    return ""


@asynccontextmanager
async def serving(
    run: Path, environ: Mapping[str, str] | None = None, **settings: object
) -> AsyncGenerator[Tmux, None]:
    """A gateway that serves inside the block."""
    chosen: dict[str, object] = {"program": str(run / PROGRAM), **settings}
    tmux = Tmux(TmuxSettings(run, **chosen), environ or environment())  # pyright: ignore[reportArgumentType]
    async with running(task("tmux", tmux.serve)):
        with trio.fail_after(A_WHILE):
            yield tmux


def session(name: str, *command: str) -> NewSession:
    return NewSession(name, command or ("cat", "-"), "/")


def children() -> list[int]:
    """Of all our threads: Trio starts processes in one of them."""
    lists = Path("/proc/self/task").glob("*/children")
    return [int(pid) for found in lists for pid in found.read_text().split()]


def control_clients() -> list[int]:
    """Those that are children of ours."""
    return [pid for pid in children() if b"-C" in _arguments(pid)]


def _arguments(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def pid_of(tmux: Tmux, server: int) -> int:
    (found,) = (facts.pid for facts in tmux.facts().servers if facts.number == server)
    assert found is not None
    return found
