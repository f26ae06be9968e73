"""A tmux process for each command, as most programs do it."""

from functools import partial
from itertools import count
from pathlib import Path

import trio

from .tmux_server import server, share_out


async def _run(path: Path, *command: str) -> object:
    return await trio.run_process(["tmux", "-S", path, *command], capture_stdout=True)


async def ask(times: int) -> float:
    with server() as path:
        return await share_out(times, 1, partial(_run, path, "display-message", "-p", "x"))


async def ask_by_64(times: int) -> float:
    """Four at a time: with more of them two processors do not get further."""
    with server() as path:
        return await share_out(times, 4, partial(_run, path, "display-message", "-p", "x"))


async def create_and_close(times: int) -> float:
    numbers = count()
    with server() as path:

        async def one() -> None:
            name = f"n{next(numbers)}"
            await _run(path, "new-session", "-d", "-s", name, "-c", "/", "cat", "-")
            await _run(path, "kill-session", "-t", f"={name}")

        return await share_out(times, 4, one)
