"""A real daemon in a directory of its own; what it has begun elsewhere ends with it."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from time import clock_gettime
from typing import Any

from attrs import frozen

from .types import BenchFailed

STARTS_WITHIN = 30.0
ANSWERS_WITHIN = 60.0
CPUCLOCK_SCHED = 2  # of linux/posix-timers.h: the processor time of all threads of a process
WITHOUT_LIMITS = "[limits]\nwrites_per_minute = 1000000\nreads_per_minute = 1000000\n"


class _Connection(HTTPConnection):
    """HTTP where the host is a path."""

    def __init__(self, path: Path) -> None:
        super().__init__("rdvd", timeout=ANSWERS_WITHIN)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Asking:
    """One kept connection to the REST API, as the owner of the machine."""

    def __init__(self, run: Path) -> None:
        self._connection = _Connection(run / "api.sock")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        sent = None if body is None else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        self._connection.request(method, path, sent, kind)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status >= 400:
            raise BenchFailed(f"{method} {path}: {answer.status} {said.decode()}")
        return json.loads(said) if said else None

    def new(self, *command: str) -> str:
        """A session with this program in it: its id."""
        order = {"name": "bench", "project_path": "/", "command": command}
        return self.ask("POST", "/api/sessions", order | {"columns": 120, "rows": 40})["id"]

    def close(self) -> None:
        self._connection.close()


@frozen
class Place:
    """Where one daemon lives, and comes back to."""

    home: Path
    run: Path

    @property
    def environment(self) -> dict[str, str]:
        """Of most people: what has run once has left its bytecode."""
        kept = {name: of for name, of in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return kept | {"RDV_HOME": str(self.home), "RDV_RUNTIME_DIR": str(self.run)}

    @contextmanager
    def daemon(self) -> Generator["subprocess.Popen[bytes]", None, None]:
        """From its READY=1 to the end of the block, where it is asked to stop."""
        with ExitStack() as held:
            ear = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            notify = self.home.parent / "notify"
            notify.unlink(missing_ok=True)
            ear.bind(str(notify))
            ear.settimeout(STARTS_WITHIN)
            process = subprocess.Popen(
                [sys.executable, "-m", "rdvd"],
                env=self.environment | {"NOTIFY_SOCKET": str(notify)},
                stderr=subprocess.DEVNULL,
            )
            held.callback(process.wait)
            held.callback(process.terminate)
            while b"READY=1" not in ear.recv(4096):
                pass
            yield process

    @contextmanager
    def asking(self) -> Generator[Asking, None, None]:
        asking = Asking(self.run)
        try:
            yield asking
        finally:
            asking.close()


@contextmanager
def place() -> Generator[Place, None, None]:
    """A place without limits of rate. Terminals and the recorder outlive a daemon, but not this."""
    with tempfile.TemporaryDirectory(prefix="rdv-", ignore_cleanup_errors=True) as folder:
        found = Place(Path(folder) / "home", Path(folder) / "run")
        server = found.home / "server"
        server.mkdir(parents=True, mode=0o700)
        found.home.chmod(0o700)
        os.close(os.open(server / "config.toml", os.O_CREAT, 0o600))
        (server / "config.toml").write_text(WITHOUT_LIMITS)
        try:
            yield found
        finally:
            for path in found.run.glob("tmux-*.sock"):
                command = ["tmux", "-S", path, "kill-server"]
                subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
            _end_recorder(server / "recorder.lock")


def recorder_of(lock: Path) -> int | None:
    """Whoever has locked this file wrote its pid into it."""
    return int(lock.read_text()) if lock.exists() and lock.read_text().strip() else None


def let_live(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """What is measured is time passing; a process that ends meanwhile measures nothing."""
    with suppress(subprocess.TimeoutExpired):
        raise BenchFailed(f"the process ended with {process.wait(seconds)}")


def processor_seconds(pid: int) -> float:
    """To the nanosecond, from the kernel's clock of that process; /proc counts in 10 ms."""
    return clock_gettime(~pid << 3 | CPUCLOCK_SCHED)


def _end_recorder(lock: Path) -> None:
    pid = recorder_of(lock)
    if pid is None:
        return
    with suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        select.select([descriptor], [], [], ANSWERS_WITHIN)
        os.close(descriptor)
