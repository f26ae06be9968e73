"""A real daemon in a directory of its own, and what it costs to start, to keep and to ask."""

import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from .living import let_live, place, processor_seconds

SETTLES_WITHIN = 2  # what a start has left to do is not idleness
IMPORTS_OF_THE_STACK = "import trio, quart_trio, hypercorn.trio, sqlite3, msgspec"

TICKS_EACH_SECOND = """
import trio

async def tick():
    print(flush=True)
    while True:
        await trio.sleep(1)

trio.run(tick)
"""


def python_alone(count: int) -> float:
    """The interpreter, started to do nothing."""
    return _time_each([sys.executable, "-c", "pass"], count)


def import_the_stack(count: int) -> float:
    """What every daemon on these libraries waits for before its first own line."""
    return _time_each([sys.executable, "-c", IMPORTS_OF_THE_STACK], count)


def ask_status(count: int) -> float:
    with _daemon() as (_, environment):
        return _time_each([sys.executable, "-m", "rdvd.cli", "status"], count, environment)


def start_until_ready(count: int) -> float:
    spent = 0.0
    for _ in range(count):
        begun = perf_counter()
        with _daemon():
            spent += perf_counter() - begun
    return spent


def ticking_trio(count: int) -> float:
    """Processor seconds of a Trio program that wakes once a second, in so many seconds."""
    command = [sys.executable, "-c", TICKS_EACH_SECOND]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            return _processor_seconds_in(process, count)
        finally:
            process.kill()


def idle_daemon(count: int) -> float:
    with _daemon() as (process, _):
        return _processor_seconds_in(process, count)


def memory_of_the_stack(_count: int) -> float:
    """Resident bytes of a process that has done nothing but import the libraries."""
    program = f"{IMPORTS_OF_THE_STACK}; print(flush=True); input()"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            return _resident_bytes(process.pid)
        finally:
            process.kill()


def memory_of_the_daemon(_count: int) -> float:
    """Resident bytes after it has answered a first request of each kind."""
    with _daemon() as (process, environment):
        for words in (["status"], ["auth", "status"], ["api", "GET", "/openapi.json"]):
            command = [sys.executable, "-m", "rdvd.cli", *words]
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        return _resident_bytes(process.pid)


def _time_each(
    command: Sequence[str], count: int, environment: Mapping[str, str] | None = None
) -> float:
    begun = perf_counter()
    for _ in range(count):
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - begun


def _processor_seconds_in(process: "subprocess.Popen[bytes]", seconds: int) -> float:
    let_live(process, SETTLES_WITHIN)
    before = processor_seconds(process.pid)
    let_live(process, seconds)
    return processor_seconds(process.pid) - before


def _resident_bytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024.0 for line in lines if line.startswith("VmRSS"))


@contextmanager
def _daemon() -> Generator[tuple["subprocess.Popen[bytes]", dict[str, str]], None, None]:
    with place() as where, where.daemon() as process:
        yield process, where.environment
