"""Daemons that are hatched: forks of one Python that has read the program of a daemon already.

Reading it is most of what a start costs. In everything else a fork is the daemon: its own process,
with the environment, the limits and the directory of whoever wants it, in `rdvd.program`.

`python -m tests.rdvd.brood FD` goes on in the background, as nobody's child, until its input ends.
At the socket that it has as FD it takes one line of JSON from each connection, and answers with the
pid of the daemon that it has hatched and, once that has ended, with how.
"""

import atexit
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import trio
from attrs import define

ROOT = Path(__file__).parents[2]
LIMITS = (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, 10)  # 10: file locks, the dye


@define
class Hatched:
    """One of them, as `trio.Process` would show it."""

    pid: int
    pidfd: int
    wire: socket.socket
    returncode: int | None = None

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            signal.pidfd_send_signal(self.pidfd, number)

    async def wait(self) -> int:
        if self.returncode is None:
            await trio.lowlevel.wait_readable(self.wire)
        return self.ended(0)

    def ended(self, seconds: float) -> int:
        """For whoever has no loop to wait in."""
        if self.returncode is None:
            self.wire.settimeout(seconds or None)
            self.returncode = int(self.wire.recv(100))
        return self.returncode

    def forget(self) -> None:
        self.wire.close()
        os.close(self.pidfd)


def hatch(environ: Mapping[str, str]) -> Hatched:
    order = {
        "environ": dict(environ),
        "directory": str(Path.cwd()),
        "limits": [(which, resource.getrlimit(which)) for which in LIMITS],
    }
    wire = socket.socket(socket.AF_UNIX)
    wire.connect(nest())
    wire.sendall(f"{json.dumps(order)}\n".encode())
    pid = int(wire.recv(100))
    return Hatched(pid, os.pidfd_open(pid), wire)


@cache
def nest() -> str:
    """Where daemons are hatched for this process, until it ends."""
    place = tempfile.mkdtemp(prefix="rdv-brood-")
    inside, ours = os.pipe()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{place}/nest")
        listener.listen()
        subprocess.run(
            [sys.executable, "-m", __name__, str(listener.fileno())],
            pass_fds=[listener.fileno()], stdin=inside, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=ROOT, check=True,
        )  # fmt: skip
    os.close(inside)
    atexit.register(shutil.rmtree, place)
    atexit.register(os.close, ours)
    return f"{place}/nest"


class Brood:
    """In the other program: who was hatched, and who is to hear of their ends."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._hatched: dict[int, tuple[int, socket.socket]] = {}
        self._poll = select.poll()
        for each in (sys.stdin.fileno(), listener.fileno()):
            self._poll.register(each, select.POLLIN)

    def serve(self) -> None:
        while True:
            for ready, _ in self._poll.poll():
                if ready == sys.stdin.fileno():
                    self._end()
                    return
                if ready in self._hatched:
                    self._tell(ready)
                else:
                    self._hatch()

    def _hatch(self) -> None:
        wire, _ = self._listener.accept()
        with wire.makefile() as lines:
            order = json.loads(lines.readline())
        pid = os.fork()
        if not pid:
            self._listener.detach()
            wire.detach()
            be_a_daemon(order)
        wire.sendall(str(pid).encode())
        descriptor = os.pidfd_open(pid)
        self._poll.register(descriptor, select.POLLIN)
        self._hatched[descriptor] = pid, wire

    def _tell(self, descriptor: int) -> None:
        pid, wire = self._hatched.pop(descriptor)
        self._poll.unregister(descriptor)
        os.close(descriptor)
        with wire:
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            with suppress(BrokenPipeError):  # whoever wanted it may have gone
                wire.sendall(str(code).encode())

    def _end(self) -> None:
        for pid, _ in self._hatched.values():
            os.kill(pid, signal.SIGKILL)


def be_a_daemon(order: Any) -> NoReturn:
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    os.chdir(order["directory"])
    os.environ.clear()
    os.environ.update(order["environ"])
    for which, limits in order["limits"]:
        resource.setrlimit(which, tuple(limits))
    program.main([])
    sys.exit()


if __name__ == "__main__":
    if os.fork():
        os._exit(0)
    os.setsid()
    from rdvd.ground.sparing import spared  # lazy: whoever only asks for daemons needs none of it

    with spared():
        from rdvd import program  # lazy: as above
    Brood(socket.socket(fileno=int(sys.argv[1]))).serve()
