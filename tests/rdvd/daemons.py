"""Real daemons, each in a directory of its own, awaited by what systemd would hear."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import IO, Any

import trio
from attrs import frozen

from .brood import Hatched, hatch

A_WHILE = 30


class UnixConnection(HTTPConnection):
    """HTTP where the host is a path."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("rdvd", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@frozen
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    json: Any


@frozen
class Daemon:
    process: trio.Process | Hatched
    home: Path
    run: Path

    @property
    def socket(self) -> Path:
        return self.run / "api.sock"

    @property
    def terminal(self) -> Path:
        return self.run / "terminal.sock"

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        return await trio.to_thread.run_sync(partial(self._ask, method, path, body, headers))

    def _ask(self, method: str, path: str, body: object, own: dict[str, str]) -> Answer:
        connection: HTTPConnection = UnixConnection(self.socket, A_WHILE)
        sent = None if body is None else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in own.items()}
        try:
            connection.request(method, path, sent, kind | named)
            response: HTTPResponse = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, json.loads(response.read()))
        finally:
            connection.close()

    async def raw(self, path: str, **headers: str) -> tuple[int, bytes]:
        """The answer to a GET as it comes."""

        def get() -> tuple[int, bytes]:
            connection = UnixConnection(self.socket, A_WHILE)
            try:
                connection.request("GET", path, headers=headers)
                response = connection.getresponse()
                return response.status, response.read()
            finally:
                connection.close()

        return await trio.to_thread.run_sync(get)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        with trio.fail_after(A_WHILE):
            return await self.process.wait()


def environment(home: Path, run: Path) -> dict[str, str]:
    names = ("PATH", "LANG", "HOME")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {"RDV_HOME": str(home), "RDV_RUNTIME_DIR": str(run)}


def rdvd(home: Path, run: Path) -> subprocess.CompletedProcess[str]:
    """A daemon that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "rdvd"],
        env=environment(home, run), capture_output=True, text=True, timeout=A_WHILE, check=False,
    )  # fmt: skip


def rdv(daemon: Daemon, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rdvd.cli", *arguments],
        env=environment(daemon.home, daemon.run), capture_output=True, text=True,
        timeout=A_WHILE, check=False,
    )  # fmt: skip


def with_setting(home: Path, line: str) -> None:
    """A home with a configuration of this one line in the section of the server."""
    configure(home, f"[server]\n{line}\n")


def unlimited(home: Path) -> Path:
    """A home whose daemon never says that somebody asks too often."""
    kinds = ("reads", "writes", "exec", "agent_events")
    configure(home, "\n".join(["[limits]", *(f"{kind}_per_minute = 1_000_000" for kind in kinds)]))
    return home


def configure(home: Path, text: str) -> None:
    (home / "server").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    file = home / "server" / "config.toml"
    file.write_text(text)
    file.chmod(0o600)


async def kill(process: trio.Process) -> None:
    """A polite end would take as long as the machine is busy, and is no matter of this test."""
    process.kill()


@asynccontextmanager
async def living(
    home: Path,
    *of_python: str,
    stderr: int | IO[str] = subprocess.DEVNULL,
    anew: bool = False,
) -> AsyncGenerator[Daemon, None]:
    """A daemon that is up. What the test has not ended is killed."""
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        run = Path(short) / "run"
        async with living_at(home, run, *of_python, stderr=stderr, anew=anew) as daemon:
            yield daemon


@asynccontextmanager
async def living_at(
    home: Path,
    run: Path,
    *of_python: str,
    stderr: int | IO[str] = subprocess.DEVNULL,
    anew: bool = False,
) -> AsyncGenerator[Daemon, None]:
    """`anew`: by a Python of its own, where what is read at a start matters."""
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        ear = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_DGRAM)
        with ear:
            await ear.bind(f"{short}/notify")
            told = environment(home, run) | {"NOTIFY_SOCKET": f"{short}/notify"}
            is_plain = not of_python and stderr == subprocess.DEVNULL and not anew
            start = hatched(told) if is_plain else started(told, of_python, stderr)
            async with start as process:
                with trio.fail_after(A_WHILE):
                    while b"READY=1" not in await ear.recv(4096):
                        pass
                yield Daemon(process, home, run)


@asynccontextmanager
async def hatched(environ: Mapping[str, str]) -> AsyncGenerator[Hatched, None]:
    process = await trio.to_thread.run_sync(hatch, environ)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        with trio.CancelScope(shield=True, deadline=trio.current_time() + A_WHILE):
            await process.wait()
        process.forget()


@asynccontextmanager
async def started(
    environ: Mapping[str, str], of_python: Sequence[str], stderr: int | IO[str]
) -> AsyncGenerator[trio.Process, None]:
    start = partial(
        trio.run_process, [sys.executable, *of_python, "-m", "rdvd"], env=environ,
        stderr=stderr, check=False, deliver_cancel=kill,
    )  # fmt: skip
    async with trio.open_nursery() as nursery:
        yield await nursery.start(start)
        nursery.cancel_scope.cancel()
