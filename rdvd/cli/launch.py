"""Starting the daemon in the background, and staying until it is ready or has failed.

A middle process makes a session of its own, starts the daemon in it and waits beside us: it can
tell how the daemon ended. Once the daemon is ready the middle one goes, so that the daemon belongs
to nobody's terminal, shell or session.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

# Of whoever starts us, and none of the daemon's business.
NOT_ITS_OWN = (
    *("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC"),
    *("JOURNAL_STREAM", "INVOCATION_ID", "RDV_SESSION_ID", "RDV_SESSION_TOKEN", "RDV_API_SOCKET"),
    "RDV_TERMINAL_SOCKET",
)
GRACE = 10.0  # seconds for a daemon that did not get ready in time, or whose start was broken off


class Ended(NamedTuple):
    """It ended before it was ready. Less than zero: by this signal."""

    code: int


class Ready(NamedTuple):
    pid: int


class TooLate(NamedTuple):
    """It was asked to stop again; whether it did, and the process that may be left."""

    pid: int
    is_gone: bool


def launch(errors: int, seconds: float) -> Ready | Ended | TooLate:
    """Start the daemon; what it cannot log goes to the file that is open as `errors`."""
    deadline = time.monotonic() + seconds
    with _ear() as (ear, address):
        environ = _without_ours(os.environ) | {"NOTIFY_SOCKET": address}
        command = [sys.executable, "-P", "-m", "rdvd", "--quiet"]
        with _started(command, environ, errors) as daemon:
            return _wait(daemon, ear, deadline)


class Starting:
    """A daemon on its way, seen through the middle process."""

    def __init__(self, pid: int, middle: int) -> None:
        self.pid = pid
        self._middle = middle
        self.middle_ends = os.pidfd_open(middle)

    def ended(self) -> Ended:
        status = os.waitstatus_to_exitcode(os.waitpid(self._middle, 0)[1])
        return Ended(status if status < 128 else 128 - status)

    def end(self) -> bool:
        """Ask it to stop; whether it did, in so long as one may be expected to wait."""
        with suppress(ProcessLookupError):
            daemon = os.pidfd_open(self.pid)
            # While the middle one lives it has not reaped the daemon, so that this is it.
            if not _readable([self.middle_ends], 0):
                signal.pidfd_send_signal(daemon, signal.SIGTERM)
            os.close(daemon)
        return bool(_readable([self.middle_ends], GRACE))

    def leave(self, release: int) -> None:
        """Let the middle process go, and with it our hold on the daemon."""
        os.close(release)
        with suppress(ChildProcessError):
            os.waitpid(self._middle, 0)
        os.close(self.middle_ends)


def _wait(daemon: Starting, ear: socket.socket, deadline: float) -> Ready | Ended | TooLate:
    while (left := deadline - time.monotonic()) > 0:
        heard = _readable([ear.fileno(), daemon.middle_ends], left)
        if ear.fileno() in heard and b"READY=1" in ear.recv(4096).split(b"\n"):
            return Ready(daemon.pid)
        if daemon.middle_ends in heard:
            return daemon.ended()
    return TooLate(daemon.pid, daemon.end())


@contextmanager
def _started(
    command: Sequence[str], environ: Mapping[str, str], errors: int
) -> Generator[Starting]:
    """An interrupt ends it again, also one that came when we did not know yet whom to end."""
    usual = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    told, tell = os.pipe()
    held, release = os.pipe()
    middle = os.fork()
    if middle == 0:
        os.close(told)
        os.close(release)
        _be_the_middle(command, environ, errors, tell, held)
    os.close(tell)
    os.close(held)
    number = os.read(told, 100)  # nothing: it could not be started, and the middle one ended
    os.close(told)
    daemon = Starting(int(number or 0), middle)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, usual)
        yield daemon
    except KeyboardInterrupt:
        daemon.end()
        raise
    finally:
        daemon.leave(release)


def _be_the_middle(
    command: Sequence[str], environ: Mapping[str, str], errors: int, tell: int, held: int
) -> None:
    """Never returns: what lies above us on the stack is our parent's."""
    try:
        os.setsid()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # the daemon has it from us
        daemon = _start(command, environ, errors)
        os.write(tell, str(daemon.pid).encode())
        os.close(tell)
        its_end = os.pidfd_open(daemon.pid)
        if its_end in _readable([its_end, held], None):
            code = daemon.wait()
            os._exit(code if code >= 0 else 128 - code)
        os._exit(0)
    finally:
        os._exit(1)


def _start(
    command: Sequence[str], environ: Mapping[str, str], errors: int
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, env=dict(environ), cwd="/", stdin=subprocess.DEVNULL, stdout=errors, stderr=errors
    )


@contextmanager
def _ear() -> Generator[tuple[socket.socket, str]]:
    """Where the daemon says that it is ready: a socket in a directory that is ours alone."""
    with tempfile.TemporaryDirectory(prefix="rdv-") as folder:
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with ear:
            ear.bind(f"{folder}/notify")
            yield ear, f"{folder}/notify"


def _readable(descriptors: Sequence[int], seconds: float | None) -> set[int]:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    found = poll.poll(None if seconds is None else max(0.0, seconds) * 1000)
    return {descriptor for descriptor, _ in found}


def _without_ours(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in NOT_ITS_OWN}
