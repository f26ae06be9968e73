"""Real tmux, real panes that flood, and all of it on file, or else the bench fails."""

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import trio

from rdvd.bytelog import ByteLog, Recording, RecordingSettings, pipe_command

from .types import BenchFailed

MIB = 1 << 20
LOOK_EVERY = 0.004
KILL_EVERY = 0.2
TICK = os.sysconf("SC_CLK_TCK")
LINE = b"%015d 12:34:56 \x1b[32mINFO\x1b[0m a line of a log as programs print them all day long\n"


class Pane:
    """One pane that prints `printed` when it is told to begin."""

    def __init__(self, place: Path, mib: int) -> None:
        self.place = place
        self.printed = _text(mib)
        self._socket = str(place / "tmux")
        (place / "source").write_bytes(self.printed)
        os.mkfifo(place / "gate")
        gate, source = shlex.quote(str(place / "gate")), shlex.quote(str(place / "source"))
        script = f"stty -opost; read go <{gate}; cat {source}; read stop <{gate}"
        self.tmux(
            "new-session", "-d", "-s", "one", "-x", "120", "-y", "40", "/bin/sh", "-c", script
        )

    def tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", self._socket, "-f", "/dev/null", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def pipe(self, command: str) -> None:
        self.tmux("pipe-pane", "-O", "-t", "=one:", command)

    async def flood(self, written: Callable[[], int]) -> float:
        """Seconds from the first byte to the last one on file."""
        began = time.perf_counter()
        (self.place / "gate").write_text("go\n")
        while written() < len(self.printed):  # noqa: ASYNC110 - a file sets no event
            await trio.sleep(LOOK_EVERY)
        return time.perf_counter() - began

    def processor(self) -> float:
        """Seconds of processor time of tmux, with those of children that have ended."""
        return processor_of(int(self.tmux("display-message", "-p", "#{pid}")))

    def must_be(self, found: bytes) -> None:
        if found != self.printed:
            raise BenchFailed("what is on file is not what was printed")


@contextmanager
def pane_in_a_folder(mib: int) -> Generator[Pane, None, None]:
    with tempfile.TemporaryDirectory(prefix="rdv-bench-") as folder:
        pane = Pane(Path(folder), mib)
        try:
            yield pane
        finally:
            pane.tmux("kill-server")


@asynccontextmanager
async def recorder_in(place: Path) -> AsyncGenerator[Recording]:
    (place / "sessions").mkdir()
    settings = RecordingSettings(
        place / "sessions", place / "r.sock", place / "lock", 8 * MIB, 1 << 40, 1 << 41, 90, 5.0
    )
    recording, stopping = Recording(settings), trio.Event()

    async def keep(task_status: trio.TaskStatus[None]) -> None:
        await recording.keep(stopping=stopping, task_status=task_status)

    async with trio.open_nursery() as nursery:
        await nursery.start(keep)
        try:
            yield recording
        finally:
            pid = await pid_of(recording)
            stopping.set()
            os.kill(pid, signal.SIGTERM)


async def pid_of(recording: Recording) -> int:
    pid = (await recording.facts()).pid
    if pid is None:
        raise BenchFailed("there is no recorder")
    return pid


def make_session(place: Path, name: str) -> Path:
    directory = place / "sessions" / name
    directory.mkdir()
    os.mkfifo(directory / "pane", 0o600)
    return directory


async def capture_bare(mib: int) -> float:
    with pane_in_a_folder(mib) as pane:
        return await _flood_bare(pane)


async def _flood_bare(pane: Pane) -> float:
    file = pane.place / "captured"
    file.touch()
    pane.pipe(f"exec cat >> {shlex.quote(str(file))}")
    seconds = await pane.flood(lambda: file.stat().st_size)
    pane.must_be(file.read_bytes())
    return seconds


async def capture(mib: int) -> float:
    with pane_in_a_folder(mib) as pane:
        async with recorder_in(pane.place) as recording:
            return await _flood(pane, recording)


async def capture_killed(mib: int) -> float:
    """The daemon's side starts the next one, each time."""
    with pane_in_a_folder(mib) as pane:
        async with recorder_in(pane.place) as recording, trio.open_nursery() as nursery:
            nursery.start_soon(_kill_again_and_again, recording)
            seconds = await _flood(pane, recording)
            nursery.cancel_scope.cancel()
            return seconds
    raise BenchFailed("the flood did not end")


async def _kill_again_and_again(recording: Recording) -> None:
    while True:
        await trio.sleep(KILL_EVERY)
        pid = (await recording.facts()).pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


async def _flood(pane: Pane, recording: Recording) -> float:
    directory = make_session(pane.place, "one")
    await recording.add("one")
    pane.pipe(pipe_command(directory))
    log = ByteLog(directory)
    seconds = await pane.flood(lambda: log.end)
    pane.must_be(b"".join(piece.data for piece in log.pieces()))
    return seconds


async def processor_bare(mib: int) -> float:
    with pane_in_a_folder(mib) as pane:
        await _flood_bare(pane)
        return pane.processor()


async def processor(mib: int) -> float:
    with pane_in_a_folder(mib) as pane:
        async with recorder_in(pane.place) as recording:
            await _flood(pane, recording)
            return processor_of(await pid_of(recording))


def processor_of(pid: int) -> float:
    figures = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(figures[11]) + int(figures[12])) / TICK


async def memory_of_one(_: int) -> int:
    return await _memory(1)


async def memory_of_64(_: int) -> int:
    return await _memory(64)


async def memory_of_200(_: int) -> int:
    return await _memory(200)


async def _memory(sessions: int) -> int:
    with tempfile.TemporaryDirectory(prefix="rdv-bench-") as folder:
        async with recorder_in(Path(folder)) as recording:
            for number in range(sessions):
                directory = make_session(Path(folder), str(number))
                await recording.add(str(number))
                with (directory / "pane").open("wb") as pane:
                    pane.write(b"hello\n")
                (directory / "pipe").write_text(str(os.getpid()))  # it has no `cat` but us
                await recording.drain(str(number))
            return proportional_bytes(await pid_of(recording))
    raise BenchFailed("the recorder could not be measured")


def proportional_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _text(mib: int) -> bytes:
    whole = b"".join(LINE % number for number in range(mib * MIB // len(LINE % 0) + 1))
    return whole[: mib * MIB]
