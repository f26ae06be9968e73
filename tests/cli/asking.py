"""`rdv` in a process of its own, beside whatever daemon the test has."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import frozen

from tests.rdvd.daemons import A_WHILE, Daemon, environment


@frozen
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def say(home: Path, run: Path, *words: str, **own: str) -> Said:
    done = subprocess.run(
        [sys.executable, "-m", "rdvd.cli", *words],
        env=environment(home, run) | own, cwd=home.parent, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=A_WHILE, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


async def ask(daemon: Daemon, *words: str, **own: str) -> Said:
    return await trio.to_thread.run_sync(partial(say, daemon.home, daemon.run, *words, **own))


async def ask_all(daemon: Daemon, *commands: str) -> list[Said]:
    """Several at a time, for those that change nothing. The words have spaces between."""
    said: dict[str, Said] = {}

    async def one(command: str) -> None:
        said[command] = await ask(daemon, *command.split())

    async with trio.open_nursery() as nursery:
        for command in commands:
            nursery.start_soon(one, command)
    return [said[command] for command in commands]
