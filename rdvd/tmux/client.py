"""The processes we start to reach a server, and what may be done to those of before."""

import os
import signal
import socket
import subprocess
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import trio
from attrs import frozen

from .greeting import HIDDEN, KEEP_ALIVE

STABLE_DIRECTORY = "/"  # nobody can take it away under a server


@frozen
class Client:
    """One control client. Killed when its block ends: it ignores SIGTERM while it has output."""

    pid: int
    sending: trio.abc.SendStream
    receiving: trio.abc.ReceiveStream


def is_listening(path: Path) -> bool:
    """Whether some server holds the socket, at once, and also if it stands still."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True


@asynccontextmanager
async def control_client(
    program: str, path: Path, environ: Mapping[str, str]
) -> AsyncGenerator[Client, None]:
    """`-N`: never a server inside our own control group. `-D`: the gateway before us is gone."""
    command = [
        program, "-u", "-N", "-S", os.fspath(path), "-f", "/dev/null", "-C",
        "new-session", "-A", "-D", "-s", HIDDEN, "-f", "no-output,ignore-size",
        "-x", "80", "-y", "24", "--", *KEEP_ALIVE,
    ]  # fmt: skip
    process = await trio.lowlevel.open_process(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        cwd=STABLE_DIRECTORY, env=environ, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Client(process.pid, process.stdin, process.stdout)
    finally:
        with trio.CancelScope(shield=True):
            await trio.aclose_forcefully(process.stdin)
            await trio.aclose_forcefully(process.stdout)
            process.kill()
            await process.wait()


class Suspects:
    """Control clients of a daemon before us, held by pidfd so that no other process is ever hit."""

    def __init__(self, pids: Iterable[int], path: Path) -> None:
        self._path = path
        self._held: dict[int, int] = {}
        for pid in pids:
            with suppress(OSError):
                self._held[pid] = os.pidfd_open(pid)

    def kill(self, still_there: set[int]) -> None:
        """Those that the server names again now that they are held."""
        for pid in self._held.keys() & still_there:
            with suppress(OSError):  # it has ended by itself
                if _is_ours(pid, self._path):
                    signal.pidfd_send_signal(self._held[pid], signal.SIGKILL)

    def close(self) -> None:
        while self._held:
            os.close(self._held.popitem()[1])


def _is_ours(pid: int, path: Path) -> bool:
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return {b"-C", os.fsencode(path), HIDDEN.encode()}.issubset(arguments)
