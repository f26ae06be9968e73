"""Both sockets as systemd hands them over: they are served, and outlive the daemon."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import trio

from tests.events.streams import PATH, hear
from tests.streams.visits import calling

from .daemons import A_WHILE, Daemon, environment

AS_SYSTEMD = """
import os, sys
for place, descriptor in enumerate(map(int, sys.argv[1:]), 3):
    os.dup2(descriptor, place)
environ = os.environ | {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2"}
environ["LISTEN_FDNAMES"] = "api:terminal"
os.execve(sys.executable, [sys.executable, "-m", "rdvd"], environ)
"""


@contextmanager
def listening(path: Path) -> Generator[int, None, None]:
    """A descriptor above the places that both are moved to, so that none overwrites another."""
    with socket.socket(socket.AF_UNIX) as bound:
        os.fchmod(bound.fileno(), 0o600)
        bound.bind(str(path))
        bound.listen(128)
        high = fcntl.fcntl(bound, fcntl.F_DUPFD_CLOEXEC, 10)
        yield high
        os.close(high)


async def live_and_stop(home: Path, run: Path, api: int, terminal: int) -> str:
    process = await trio.lowlevel.open_process(
        [sys.executable, "-c", AS_SYSTEMD, str(api), str(terminal)],
        env=environment(home, run), pass_fds=(api, terminal), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    daemon = Daemon(process, home, run)
    try:
        async with calling(daemon.terminal) as caller:  # it waits in the queue until all is up
            client = await caller.connect(PATH)
            stream = (await hear(client))["data"]["stream"]
        assert (await daemon.ask("GET", "/health")).json["status"] == "healthy"
        assert await daemon.stop(signal.SIGTERM) == 0
    finally:
        process.kill()
        await process.wait()
    return stream


async def test_what_was_handed_over_is_served_and_still_there_for_the_next_life(tmp_path: Path):
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        run = Path(short) / "run"
        run.mkdir(mode=0o700)
        with (
            listening(run / "api.sock") as api,
            listening(run / "terminal.sock") as terminal,
            trio.fail_after(A_WHILE),
        ):
            lives = {await live_and_stop(tmp_path / "home", run, api, terminal) for _ in range(2)}
            assert sorted(path.name for path in run.iterdir()) == ["api.sock", "terminal.sock"]

    assert len(lives) == 2
