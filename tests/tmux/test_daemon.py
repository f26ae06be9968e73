"""A real daemon beside a real tmux server: what its health says, and what outlives it."""

import os
import signal
import subprocess
from pathlib import Path

import trio

from tests.rdvd.daemons import Daemon, living_at, rdv

from .servers import PROGRAM, ask


async def wait_for_health(daemon: Daemon, status: str) -> tuple[bool, list[str]]:
    with trio.fail_after(20):
        while True:
            health = (await daemon.ask("GET", "/health")).json
            if health["status"] == status:
                return health["components"]["tmux"], health["reasons"]


async def test_the_daemon_says_how_tmux_is_and_leaves_it_alone_when_it_goes(
    run: Path, tmp_path: Path
):
    path = run / "tmux-0.sock"
    command = [run / PROGRAM, "-S", path, "-f", "/dev/null", "new-session", "-d", "-s", "rdv-a"]
    await trio.run_process([*command, "cat", "-"], stdout=subprocess.DEVNULL)
    pid = int(ask(run, path, "display-message", "-p", "#{pid}"))

    async with living_at(tmp_path / "home", run) as daemon:
        assert await wait_for_health(daemon, "healthy") == (True, [])
        orphans = (await daemon.ask("GET", "/api/sessions/orphans")).json
        assert "rdv-a" in str(orphans)

        os.kill(pid, signal.SIGSTOP)
        is_well, reasons = await wait_for_health(daemon, "degraded")
        doctor = await trio.to_thread.run_sync(rdv, daemon, "doctor")
        os.kill(pid, signal.SIGCONT)
        assert (is_well, len(reasons)) == (False, 1)
        assert "tmux server 0" in reasons[0]
        assert "tmux server 0" in doctor.stdout
        await wait_for_health(daemon, "healthy")
        assert await daemon.stop() == 0

    assert "rdv-a" in ask(run, path, "list-sessions")
