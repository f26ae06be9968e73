"""The gateway, as its callers see it."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count

import trio

from rdvd.tmux import NewSession, Tmux, TmuxSettings, capture, exactly, kill_session, new_session

from .tmux_server import TARGET, server, share_out

COMMAND = ("display-message", "-p", "#{session_name}")


@asynccontextmanager
async def _connected() -> AsyncGenerator[Tmux]:
    with server() as path:
        tmux = Tmux(TmuxSettings(path.parent), os.environ)
        stopping = trio.Event()
        async with trio.open_nursery() as nursery:
            await nursery.start(_serve, tmux, stopping)
            yield tmux
            stopping.set()


async def _serve(
    tmux: Tmux, stopping: trio.Event, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    await tmux.serve(stopping=stopping, task_status=task_status)


async def ask(times: int) -> float:
    async with _connected() as tmux:
        return await share_out(times, 1, partial(tmux.run, 0, *COMMAND))


async def ask_by_64(times: int) -> float:
    async with _connected() as tmux:
        return await share_out(times, 64, partial(tmux.run, 0, *COMMAND))


async def capture_by_64(times: int) -> float:
    async with _connected() as tmux:
        return await share_out(times, 64, partial(capture, tmux, 0, TARGET))


async def create_and_close(times: int) -> float:
    numbers = count()
    async with _connected() as tmux:

        async def one() -> None:
            name = f"n{next(numbers)}"
            await new_session(tmux, 0, NewSession(name, ("cat", "-"), "/"))
            await kill_session(tmux, 0, exactly(name))

        return await share_out(times, 32, one)
