"""Ways to a session's screen: ours, and those of peers, all to the same tmux of the same daemon."""

import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Protocol

from attrs import frozen

from .living import Place
from .programs import find_program, node_pty
from .terminal_screens import COLUMNS, ROWS, Glass, InBinary, InJson, OfTtyd, Way
from .types import BenchFailed

FEATURES = "256,RGB,bpaste,ccolour,cstyle,focus,overline,strikethrough,title,usstyle"
SIZE = f"cols={COLUMNS}&rows={ROWS}"
STARTS_WITHIN, LOOKS_EVERY = 10.0, 0.01


@frozen
class Screens:
    """What there is to attach to."""

    place: Place
    daemon: int

    @property
    def attach(self) -> list[str]:
        """The target comes after it. The first tmux server has room for all of ours."""
        server = ["-S", str(self.place.run / "tmux-0.sock"), "-f", "/dev/null"]
        return ["tmux", *server, "-u", "-T", FEATURES, "attach-session", "-E", "-t"]


class Door(Protocol):
    """A server of terminals while it runs; without a process if there is none between."""

    @property
    def pid(self) -> int | None: ...
    def enter(self, session: str) -> Way: ...


class Kind(Protocol):
    def serving(self, screens: Screens) -> AbstractContextManager[Door]: ...


def _target(session: str) -> str:
    return f"=rdv-{session}"


@frozen
class _Ours:
    pid: int
    _socket: Path
    _way: type[InBinary] | type[InJson]

    def enter(self, session: str) -> Way:
        return self._way(self._socket, f"/ws/terminal/{session}?{SIZE}")


@frozen
class Ours:
    way: type[InBinary] | type[InJson]

    @contextmanager
    def serving(self, screens: Screens) -> Generator[Door, None, None]:
        yield _Ours(screens.daemon, screens.place.run / "terminal.sock", self.way)


@frozen
class Bare:
    """`tmux attach` in a pseudo-terminal that we read ourselves: nobody can be faster."""

    _attach: Sequence[str] = ()
    pid: None = None

    @contextmanager
    def serving(self, screens: Screens) -> Generator[Door, None, None]:
        yield Bare(screens.attach)

    def enter(self, session: str) -> Way:
        return Glass([*self._attach, _target(session)])


@frozen
class _Peer:
    pid: int
    _socket: Path
    _way: type[OfTtyd] | type[InJson]
    _query: str

    def enter(self, session: str) -> Way:
        return self._way(self._socket, self._query + _target(session))


class Ttyd:
    @contextmanager
    def serving(self, screens: Screens) -> Generator[Door, None, None]:
        with tempfile.TemporaryDirectory(prefix="rdv-") as folder:
            socket = Path(folder) / "ttyd.sock"
            program = str(find_program("ttyd"))
            command = [program, "-i", str(socket), "-d", "1", "-W", "-a", *screens.attach]
            with _running(command, socket) as pid:
                yield _Peer(pid, socket, OfTtyd, "/ws?arg=")


class NodePty:
    @contextmanager
    def serving(self, screens: Screens) -> Generator[Door, None, None]:
        with tempfile.TemporaryDirectory(prefix="rdv-") as folder:
            socket, installed = Path(folder) / "node.sock", node_pty()
            assert installed is not None
            command = ["node", str(installed / "server.js"), str(socket), *screens.attach]
            with _running(command, socket) as pid:
                yield _Peer(pid, socket, InJson, f"/?{SIZE}&session=")


@contextmanager
def _running(command: Sequence[str], socket: Path) -> Generator[int, None, None]:
    """From its socket's being there to its end."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = monotonic() + STARTS_WITHIN
            while not socket.exists() and monotonic() < until:
                with suppress(subprocess.TimeoutExpired):
                    raise BenchFailed(f"{command[0]} ended with {process.wait(LOOKS_EVERY)}")
            yield process.pid
        finally:
            process.terminate()
