"""libtmux: a blocking process for each command, so in worker threads beside an event loop."""

from functools import partial

import libtmux
import trio

from .stopwatch import Stopwatch
from .tmux_server import TARGET, server, share_out

COMMAND = ("display-message", "-p", "#{session_name}")
SCREEN = ("capture-pane", "-p", "-t", TARGET)
THREADS = 2  # as many as processors; more of them do not get further


def ask(times: int) -> float:
    with server() as path:
        peer = libtmux.Server(socket_path=path)
        with Stopwatch() as watch:
            for _ in range(times):
                peer.cmd(*COMMAND)
        return watch.seconds


async def ask_by_64(times: int) -> float:
    return await _by_64(times, *COMMAND)


async def capture_by_64(times: int) -> float:
    return await _by_64(times, *SCREEN)


async def _by_64(times: int, *command: str) -> float:
    with server() as path:
        peer, limiter = libtmux.Server(socket_path=path), trio.CapacityLimiter(THREADS)
        call = partial(trio.to_thread.run_sync, partial(peer.cmd, *command), limiter=limiter)
        return await share_out(times, 64, call)
