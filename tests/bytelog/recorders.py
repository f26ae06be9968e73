"""A real recorder, real FIFOs, real tmux: what the tests of the byte log stand on."""

import fcntl
import os
import select
import shlex
import signal
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import trio
from attrs import evolve, frozen

from rdvd.bytelog import ByteLog, Recording, RecordingSettings, pipe_command


@frozen
class Home:
    """One data directory. Whatever recorder runs in it ends with the `with` block of `home_in`."""

    settings: RecordingSettings

    def make(self, session: str) -> Path:
        directory = self.settings.sessions / session
        directory.mkdir(mode=0o700)
        os.mkfifo(directory / "pane", 0o600)
        return directory

    def log(self, session: str) -> ByteLog:
        return ByteLog(self.settings.sessions / session)

    @property
    def recorder(self) -> int | None:
        """The pid of the recorder that holds the lock now."""
        try:
            with self.settings.lock.open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(file.read())
        except (FileNotFoundError, ValueError):
            pass
        return None

    def kill_recorder(self) -> None:
        """As `kill -9` does, and gone when this returns."""
        end(self.recorder, signal.SIGKILL)


def end(pid: int | None, how: signal.Signals) -> None:
    if pid is None:
        return
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(descriptor):
        signal.pidfd_send_signal(descriptor, how)
        assert select_readable(descriptor, 5), "the recorder does not end"


def select_readable(descriptor: int, seconds: float) -> bool:
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(seconds * 1_000))


def settings_in(place: Path) -> RecordingSettings:
    return RecordingSettings(
        sessions=place / "sessions",
        socket=place / "r.sock",
        lock=place / "recorder.lock",
        segment_bytes=1 << 20,
        session_bytes=1 << 30,
        total_bytes=1 << 32,
        age_days=90,
        flush_seconds=0.5,
    )


@contextmanager
def home_in(place: Path, **changes: object) -> Generator[Home, None, None]:
    home = Home(evolve(settings_in(place), **changes))
    home.settings.sessions.mkdir(mode=0o700)
    try:
        yield home
    finally:
        end(home.recorder, signal.SIGTERM)


@asynccontextmanager
async def recording_in(home: Home) -> AsyncGenerator[Recording, None]:
    """The daemon's side; the recorder stays when it is left."""
    recording = Recording(home.settings)
    async with trio.open_nursery() as nursery:
        stopping = trio.Event()

        async def keep(task_status: trio.TaskStatus[None]) -> None:
            await recording.keep(stopping=stopping, task_status=task_status)

        with trio.fail_after(10):
            await nursery.start(keep)
        yield recording
        stopping.set()


@contextmanager
def piped(directory: Path) -> Generator["subprocess.Popen[bytes]", None, None]:
    """What tmux would start; its standard input is what tmux would write to."""
    command = ["/bin/sh", "-c", pipe_command(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


class Terminal:
    """A tmux server of our own with one pane that runs a shell command."""

    def __init__(self, place: Path) -> None:
        self._socket = place / "tmux"
        self._gate = place / "gate"

    def __call__(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", "/dev/null", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
        return done.stdout.strip()

    def open(self, command: str, directory: Path) -> None:
        """Piped before the command begins; the command begins with `begin`."""
        os.mkfifo(self._gate)
        gate = shlex.quote(str(self._gate))
        script = f"stty -opost -echo; read go <{gate}; {command}; read stop <{gate}"
        self(
            "new-session", "-d", "-s", "one", "-x", "120", "-y", "40", "--", "/bin/sh", "-c", script
        )
        self.pipe(directory)

    def pipe(self, directory: Path) -> None:
        self("pipe-pane", "-O", "-t", "=one:", pipe_command(directory))

    def begin(self) -> None:
        self._gate.write_text("go\n")


@contextmanager
def terminal_in(place: Path) -> Generator[Terminal, None, None]:
    terminal = Terminal(place)
    try:
        yield terminal
    finally:
        with suppress(subprocess.CalledProcessError):  # a test may have killed it
            terminal("kill-server")


async def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    """For what gives no event to a test: a file that grows, a process that another one starts."""
    with trio.fail_after(seconds):
        while not is_so():  # noqa: ASYNC110 - files and processes set no event
            await trio.sleep(0.005)
