"""Signals, and what they leave behind: seen from outside, on a real process."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from actors import Actor, Supervisor, actor, run

ROOT = Path(__file__).parent.parent.parent
RUN = "import trio; from tests.actors import test_signals; trio.run(test_signals.{})"
EITHER = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
A_WHILE = 30
PAUSE = "import os, signal; os.write(1, b'child %d\\n' % os.getpid()); signal.pause()"


# --- what runs in the process


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


class Plain(Actor):
    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            say("plain gone")


class Ready(Actor):
    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        say("up")
        yield
        say("ready gone")


class Patient(Actor):
    """Says goodbye for ever, unless it is cancelled."""

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        say("up")
        yield
        say("patient leaves")
        try:
            await trio.sleep_forever()
        finally:
            say("patient gone")


class Stubborn(Actor):
    """Does not even listen to a cancellation."""

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        say("up")
        yield
        say("stubborn leaves")
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                trio.lowlevel.spawn_system_task(say_once_all_is_quiet, "stubborn resists")
                await trio.sleep_forever()


async def say_once_all_is_quiet(line: str) -> None:
    """From now on a signal meets nobody at work, whom a KeyboardInterrupt could hit by luck."""
    await wait_all_tasks_blocked()
    say(line)


class Busy(Actor):
    """Has a thread and a child process."""

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        self.spawn(self._compute)
        self.spawn(trio.run_process, [sys.executable, "-c", PAUSE])
        yield

    async def _compute(self) -> None:
        read, write = os.pipe()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, partial(read_in_thread, read))
            try:
                await trio.sleep_forever()
            finally:
                os.close(write)


working: set[int] = set()


def read_in_thread(read: int) -> None:
    working.add(threading.get_ident())
    say("thread works")
    os.read(read, 1)
    os.close(read)
    working.discard(threading.get_ident())


async def politely() -> None:
    await run(Supervisor("root", actor("plain", Plain), actor("ready", Ready)))


async def patiently() -> None:
    patient = actor("patient", Patient, grace=3600)
    await run(Supervisor("root", actor("plain", Plain), patient))


async def stubbornly() -> None:
    await run(Supervisor("root", actor("stubborn", Stubborn, grace=3600)))


async def busily() -> None:
    tasks = trio.lowlevel.current_statistics().tasks_living
    await run(Supervisor("root", Supervisor("inner", actor("busy", Busy))))
    left = trio.lowlevel.current_statistics().tasks_living - tasks
    say(f"left: {left} tasks, {len(working)} threads")


async def with_a_log() -> None:
    logger = logging.getLogger("actors")
    logger.setLevel(logging.INFO)
    logger.addFilter(say_signal)
    await politely()


def say_signal(record: logging.LogRecord) -> bool:
    if record.getMessage() == "signal":
        say(f"record {vars(record)['place']} {vars(record)['signal']}")
    return True


# --- what looks at it from outside


class Program:
    """A process, and the lines that it says."""

    def __init__(self, process: trio.Process) -> None:
        assert process.stdout is not None
        self._process = process
        self._out = process.stdout
        self._rest = b""
        self.lines: list[str] = []
        self.tell = process.send_signal

    async def wait_for(self, beginning: str) -> str:
        while not any(line.startswith(beginning) for line in self.lines):
            assert await self._read(), f"it ended without {beginning!r}, but said {self.lines}"
        return next(line for line in self.lines if line.startswith(beginning))

    async def wait_for_end(self) -> int:
        while await self._read():
            pass
        return await self._process.wait()

    async def _read(self) -> bool:
        some = await self._out.receive_some()
        *lines, self._rest = (self._rest + some).split(b"\n")
        self.lines += [line.decode() for line in lines]
        return bool(some)


@asynccontextmanager
async def program(main: Callable[[], Awaitable[None]]) -> AsyncGenerator[Program, None]:
    """A process that runs this function, from when it says that it is up."""
    process = await trio.lowlevel.open_process(
        [sys.executable, "-c", RUN.format(main.__name__)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        with trio.fail_after(A_WHILE):
            yield Program(process)
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@EITHER
async def test_a_signal_stops_in_order_and_a_second_one_hurries(number: signal.Signals):
    async with program(patiently) as it:
        await it.wait_for("up")
        it.tell(number)
        await it.wait_for("patient leaves")
        it.tell(number)

        assert 0 == await it.wait_for_end()
        assert ["up", "patient leaves"] == it.lines[:2]
        assert {"patient gone", "plain gone"} == set(it.lines[2:])


@EITHER
async def test_one_signal_is_enough_for_a_tree_that_is_well(number: signal.Signals):
    async with program(politely) as it:
        await it.wait_for("up")
        it.tell(number)

        assert 0 == await it.wait_for_end()
        assert ["up", "ready gone", "plain gone"] == it.lines


@EITHER
async def test_a_third_signal_ends_a_process_that_resists(number: signal.Signals):
    async with program(stubbornly) as it:
        await it.wait_for("up")
        it.tell(number)
        await it.wait_for("stubborn leaves")
        it.tell(number)
        await it.wait_for("stubborn resists")
        it.tell(number)

        with trio.fail_after(A_WHILE / 3):
            assert 0 != await it.wait_for_end()


async def test_nothing_outlives_the_run():
    async with program(busily) as it:
        await it.wait_for("thread works")
        pid = int((await it.wait_for("child ")).removeprefix("child "))
        assert is_alive(pid)
        it.tell(signal.SIGTERM)

        assert 0 == await it.wait_for_end()
        assert "left: 0 tasks, 0 threads" == it.lines[-1]
        assert not is_alive(pid)


async def test_a_signal_leaves_a_record():
    async with program(with_a_log) as it:
        await it.wait_for("up")
        it.tell(signal.SIGTERM)

        await it.wait_for("record root SIGTERM")
