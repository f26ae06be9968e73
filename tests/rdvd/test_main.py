"""The program as a user starts it: a real process, real signals."""

import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio

from rdvd import VERSION
from rdvd.main import tree


@asynccontextmanager
async def rdvd(*arguments: str) -> AsyncGenerator[trio.Process, None]:
    """The program, running; killed if the test leaves it so."""
    command = [sys.executable, "-m", "rdvd", *arguments]
    async with trio.open_nursery() as nursery:
        start = partial(trio.run_process, command, stdout=subprocess.PIPE, check=False)
        process: trio.Process = await nursery.start(start)
        yield process
        nursery.cancel_scope.cancel()


async def read_until(process: trio.Process, *words: str) -> str:
    """What it printed up to the line that has all these words."""
    assert process.stdout is not None
    seen = ""
    async for chunk in process.stdout:
        seen += chunk.decode()
        if any(all(word in line for word in words) for line in seen.splitlines()):
            return seen
    raise AssertionError(f"it ended before it said {words}: {seen}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_tree_shows_itself_until_a_signal_stops_it(number: signal.Signals):
    with trio.fail_after(30):
        async with rdvd("--seconds", "0.02") as process:
            shown = await read_until(process, "acrobat", "restarts 1", "five are too many")
            process.send_signal(number)

            assert await process.wait() == 0

    assert "└─ screen" in shown


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize("period", ["0", "-1", "nan", "soon"])
def test_a_wrong_period_is_refused_with_a_reason(period: str):
    answer = run("rdvd", "--seconds", period)

    assert answer.returncode == 2
    assert "--seconds" in answer.stderr
    assert period in answer.stderr


def test_both_programs_tell_their_version():
    assert run("rdvd", "--version").stdout == f"rdvd {VERSION}\n"
    assert run("rdvd.cli.main", "--version").stdout == f"rdv {VERSION}\n"


def test_the_tree_can_be_drawn_before_anything_runs():
    drawn = tree(seconds=1).snapshot().render().splitlines()

    assert [line.split()[-1] for line in drawn] == ["down"] * 6
