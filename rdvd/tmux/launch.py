"""Starting a tmux server so that it outlives the daemon: outside of its control group."""

import hashlib
import logging
import os
import resource
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import trio

from .client import STABLE_DIRECTORY, is_listening
from .greeting import HIDDEN, KEEP_ALIVE
from .types import TmuxUnavailable, Way

LONGEST_LAUNCH = 10.0
LOOK_AGAIN = 0.01

log = logging.getLogger("rdvd.tmux")


class Launch:
    """One server's start, by the best way that this machine has.

    1. the unit `rdvd-tmux@<n>`, if it is installed for this very socket;
    2. a scope of the user's service manager;
    3. without such a manager, as a plain daemon.
    """

    def __init__(
        self,
        program: str,
        number: int,
        path: Path,
        environ: Mapping[str, str],
        manager: Path | None,
        soft_limit: int | None = None,
    ) -> None:
        self._command = [
            *_with_open_files(soft_limit), program, "-S", os.fspath(path), "-f", "/dev/null",
            "new-session", "-d", "-s", HIDDEN, "-x", "80", "-y", "24", "--", *KEEP_ALIVE,
        ]  # fmt: skip
        self._path, self._environ, self._manager = path, environ, manager
        self._unit = f"rdvd-tmux@{number}.service"

    async def start(self) -> Way:
        with trio.move_on_after(LONGEST_LAUNCH):
            if self._manager is not None:
                if await self._is_installed() and await self._try("systemctl", "start", self._unit):
                    await self._wait_for_socket()
                    return "unit"
                if await self._try("systemd-run", *self._scope(), *self._command):
                    return "scope"
            await self._start_plain()
            return "plain"
        raise TmuxUnavailable(f"no tmux server came up within {LONGEST_LAUNCH:g} s: {self._path}")

    async def _is_installed(self) -> bool:
        """For this socket: the unit of another home must not be started for us."""
        said = await self._run(
            "systemctl", "--user", "show", "--property=LoadState,ExecStart", self._unit
        )
        return b"LoadState=loaded" in said.stdout and os.fsencode(self._path) in said.stdout

    async def _wait_for_socket(self) -> None:
        """The unit is up when tmux was executed; it listens some milliseconds later."""
        while not is_listening(self._path):  # noqa: ASYNC110 - no event exists for that
            await trio.sleep(LOOK_AGAIN)

    def _scope(self) -> tuple[str, ...]:
        mark = hashlib.blake2b(os.fsencode(self._path), digest_size=6).hexdigest()
        name = f"--unit=rdvd-tmux-{mark}-{os.getpid()}-{trio.current_time():.0f}"
        return (
            "--scope",
            "--quiet",
            "--collect",
            name,
            "--property=TasksMax=infinity",
            "--slice=rdvd-tmux.slice",
            "--",
        )

    async def _try(self, program: str, *arguments: str) -> bool:
        done = await self._run(program, "--user", *arguments)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            log.warning("tmux_launch", extra={"through": program, "reason": said})
        return done.returncode == 0

    async def _start_plain(self) -> None:
        done = await self._run(*self._command)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip() or f"exit {done.returncode}"
            raise TmuxUnavailable(f"tmux did not start: {said}")

    async def _run(self, *command: str) -> "subprocess.CompletedProcess[bytes]":
        """tmux leaves for the background by itself, so none of these lasts."""
        try:
            return await trio.run_process(
                command, capture_stdout=True, capture_stderr=True, check=False,
                cwd=STABLE_DIRECTORY, env=self._environ, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            return _failed(command, f"{command[0]} cannot be run: {error.strerror}")


def _with_open_files(soft_limit: int | None) -> tuple[str, ...]:
    """A unit has its own limit. A shell, because a hook before exec would have to run in a fork of
    us, with all our threads missing."""
    if soft_limit is None or soft_limit == resource.RLIM_INFINITY:
        return ()
    return ("/bin/sh", "-c", 'ulimit -Sn "$0" && exec "$@"', str(soft_limit))


def _failed(command: Sequence[str], why: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.CompletedProcess(command, 127, b"", why.encode())


def user_manager(environ: Mapping[str, str]) -> Path | None:
    """The socket of the user's service manager, if one runs."""
    directory = environ.get("XDG_RUNTIME_DIR")
    if not directory:
        return None
    path = Path(directory, "systemd", "private")
    return path if path.is_socket() and is_listening(path) else None
