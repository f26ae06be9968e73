"""The directory of one session: its two FIFOs, and how the wrapper says that the command ended."""

import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from attrs import frozen

from rdvd.bytelog import FIFO, PIPE_PID
from rdvd.ground.private import make_directory, make_pipe, open_private

from .dye import dye_of
from .types import Exit

# Read once: what is installed later, under a daemon that still runs, is another daemon's.
WRAPPER = (files("rdvd.sessions") / "wrapper.sh").read_bytes()
OF_EARLIER_DAEMONS = "/rdvd/sessions/wrapper.sh"  # they ran the installed one itself
LARGEST_NOTE = 4_096
NOT_EXECUTABLE, NOT_FOUND = 126, 127


@frozen
class Home:
    """Where a session keeps what is not in the database."""

    path: Path

    @property
    def go(self) -> Path:
        return self.path / "go"

    @property
    def pipe(self) -> Path:
        return self.path / FIFO

    @property
    def pipe_pid(self) -> Path:
        return self.path / PIPE_PID

    @property
    def wrapper(self) -> Path:
        return self.path / "wrapper.sh"

    @property
    def exit(self) -> Path:
        return self.path / "exit"

    @property
    def screen(self) -> Path:
        return self.path / "screen"

    @property
    def commands(self) -> Path:
        return self.path / "commands"


def prepare(home: Home) -> None:
    """Everything new for one launch; what is told of an earlier one is taken away."""
    was_there = os.path.lexists(home.path)
    make_directory(home.path)
    for old in (home.exit, home.go, home.pipe_pid, home.wrapper) if was_there else ():
        old.unlink(missing_ok=True)
    descriptor = open_private(home.wrapper, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(descriptor, "wb") as wrapper:
        wrapper.write(WRAPPER)
    make_pipe(home.go)
    with suppress(FileExistsError):
        make_pipe(home.pipe)


def wrapped(home: Home, command: tuple[str, ...]) -> tuple[str, ...]:
    """The directory is named after the session."""
    dye = dye_of(home.path.name)
    return ("/bin/sh", str(home.wrapper), str(home.path), str(dye), *command)


def is_wrapper(command: Sequence[str]) -> bool:
    """Also one that a daemon before us has begun, wherever that was installed."""
    match command:
        case [_, script, directory, *_]:
            is_ours = script == str(Home(Path(directory)).wrapper)
            return is_ours or script.endswith(OF_EARLIER_DAEMONS)
        case _:
            return False


def is_over(wrapper: int) -> bool:
    """Whether its command has ended, or not begun: in between it keeps its descriptor 9."""
    return not os.path.lexists(f"/proc/{wrapper}/fd/9")


def remove(home: Home) -> None:
    """Of a session that never began: nothing of the user's is in it."""
    shutil.rmtree(home.path, ignore_errors=True)


def remove_go(home: Home) -> None:
    home.go.unlink(missing_ok=True)


def let_go(home: Home) -> None:
    """Meet the wrapper at the FIFO and let it begin; blocks until it is there."""
    descriptor = os.open(home.go, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, b"go\n")
    finally:
        os.close(descriptor)
    home.go.unlink(missing_ok=True)


def stop_waiting(home: Home) -> None:
    """Free whoever waits in `let_go` for a wrapper that does not come."""
    with suppress(FileNotFoundError):
        os.close(os.open(home.go, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))


def has_begun(home: Home) -> bool:
    """Whether the wrapper was let go, for all we know."""
    return not home.go.exists()


def read_exit(home: Home) -> Exit | None:
    """How the command ended, as its wrapper left it; None: it left nothing."""
    try:
        with home.exit.open("rb") as file:
            said, at = file.read(LARGEST_NOTE), os.fstat(file.fileno()).st_mtime_ns // 1_000_000
    except FileNotFoundError:
        return None
    return parse_exit(said, at)


def parse_exit(said: bytes, at: int) -> Exit | None:
    """The last line is the number; a note before it says that a signal was behind that number."""
    note, _, number = said.removesuffix(b"\n").rpartition(b"\n")
    if not said.endswith(b"\n") or not number.isdigit() or len(number) > 3:
        return None
    code = int(number)
    died = signal_in(code)
    # Of these two the shell never makes a note: it cannot be told which it was.
    is_signal = died is not None and (bool(note) or died in (signal.SIGINT, signal.SIGPIPE))
    return Exit(None, died, at) if is_signal else Exit(code, None, at)


def signal_in(code: int) -> int | None:
    """The signal that a shell means by 128 + n."""
    number = code - 128
    return number if number in signal.valid_signals() else None
