"""A real daemon that can be killed and started again, and people at terminals before it."""

import json
import select
import signal
import socket
import sys
import termios
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect
import pytest
from attrs import define, field

from rdvd.cli.client import Api
from rdvd.sessions.processes import look_at
from tests.cli.asking import Said, say
from tests.rdvd.brood import Hatched, hatch
from tests.rdvd.daemons import A_WHILE, environment
from tests.sessions.house import end_recorder
from tests.tmux.servers import private_run

PROGRAM = (sys.executable, "-m", "rdvd.cli.main")
SHELL = ("bash", "--norc", "--noprofile")
WORDS = {"TERM": "xterm-256color", "PS1": "ready> ", "HISTFILE": ""}


@define
class House:
    home: Path
    run: Path
    daemon: Hatched | None = None

    def start(self) -> None:
        """Returns when it is ready."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            path = self.run / "notify"
            path.unlink(missing_ok=True)
            ear.bind(str(path))
            ear.settimeout(A_WHILE)
            self.daemon = hatch(environment(self.home, self.run) | {"NOTIFY_SOCKET": str(path)})
            while b"READY=1" not in ear.recv(4096):
                pass

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        assert self.daemon is not None
        daemon, self.daemon = self.daemon, None
        daemon.send_signal(number)
        daemon.ended(A_WHILE)
        daemon.forget()

    def stop(self) -> None:
        """It still is there, but does nothing any more."""
        assert self.daemon is not None
        pid = self.daemon.pid
        self.daemon.send_signal(signal.SIGSTOP)
        wait_until(lambda: (found := look_at(pid)) is not None and found.state == "T")

    def rdv(self, *words: str, **own: str) -> Said:
        return say(self.home, self.run, *words, **own)

    def new(self, name: str, *command: str) -> dict[str, Any]:
        """A session, without a process of ours."""
        order = {
            "name": name, "project_path": str(self.home), "columns": 80, "rows": 24,
            "environment": {"PS1": "ready> "}, "command": command or SHELL,
        }  # fmt: skip
        return self.ask("POST", "/api/sessions", order)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        sent = None if body is None else json.dumps(body)
        return Api(self.run / "api.sock").request(method, path, sent)

    def state_of(self, name: str) -> str:
        return self.ask("GET", f"/api/sessions/{name}")["status"]


def wait_until(is_so: Callable[[], bool]) -> None:
    """For what nobody tells of, such as how it is with a process."""
    end = time.monotonic() + A_WHILE
    while not is_so():
        assert time.monotonic() < end
        select.select([], [], [], 0.01)


@define
class Seat:
    """Somebody at a terminal with one program in it."""

    child: "pexpect.spawn[str]"
    mode: list[Any] = field(factory=list[Any])

    def type(self, keys: str) -> None:
        self.child.send(keys)

    def type_and_be_heard(self, keys: str) -> None:
        """Until the program, which waited for keys, has done with them what it does."""
        wait_until(lambda: self._waits)
        before = self._times_that_it_waited
        self.type(keys)
        wait_until(lambda: self._times_that_it_waited > before)

    @property
    def _waits(self) -> bool:
        assert self.child.pid is not None
        found = look_at(self.child.pid)
        return found is not None and found.state == "S"

    @property
    def _times_that_it_waited(self) -> int:
        told = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(told.partition("\nvoluntary_ctxt_switches:")[2].split()[0])

    def come_in(self) -> None:
        """Until the session's shell answers."""
        self.type("\recho $((20+22))begun\r")
        self.see("42begun")
        self.see("ready> ")

    def see(self, text: str) -> str:
        """What came before it."""
        self.child.expect_exact(text)
        return self.child.before or ""

    def see_silence(self) -> None:
        """Nothing comes for a moment."""
        with pytest.raises(pexpect.TIMEOUT):
            self.child.expect_exact("nothing of the kind", timeout=0.2)

    def leave(self) -> int:
        """Its exit code, once it has ended."""
        self.child.expect(pexpect.EOF)
        self.child.wait()
        code = self.child.exitstatus
        return -(self.child.signalstatus or 0) if code is None else code

    def resize(self, rows: int, columns: int) -> None:
        termios.tcsetwinsize(self.child.child_fd, (rows, columns))

    def signal(self, number: signal.Signals) -> None:
        self.child.kill(number)

    @property
    def is_as_it_was(self) -> bool:
        return termios.tcgetattr(self.child.child_fd) == self.mode

    @property
    def said(self) -> str:
        """After the end: all that came since it was looked at last."""
        return self.child.before or ""


@contextmanager
def seat(house: House, *words: str, below: tuple[str, ...] = (), **own: str) -> Generator[Seat]:
    """`rdv WORDS` at a terminal of its own, or whatever `below` is."""
    command = list(below or (*PROGRAM, *words))
    child: pexpect.spawn[str] = pexpect.spawn(
        command[0], command[1:], encoding="utf-8", timeout=A_WHILE, dimensions=(24, 80),
        env=environment(house.home, house.run) | WORDS | own, cwd=str(Path.cwd()),
    )  # fmt: skip
    child.delaybeforesend = None
    try:
        yield Seat(child, termios.tcgetattr(child.child_fd))
    finally:
        if child.isalive():
            child.kill(signal.SIGKILL)
            child.wait()
        inside: Any = child  # whose types do not name all that it has
        inside.ptyproc.delayafterclose = 0  # it has ended
        child.close()


@contextmanager
def settled(home: Path) -> Generator[House]:
    """A house with a running daemon; what has begun in it ends with the block."""
    with private_run() as run:
        run.chmod(0o700)
        there = House(home, run)
        there.start()
        try:
            yield there
        finally:
            if there.daemon is not None:
                there.end()
            end_recorder(home / "server" / "recorder.lock")
            for name in ("api", "terminal", "recorder"):  # what is left there is tmux
                (run / f"{name}.sock").unlink(missing_ok=True)
