"""The machine: programs and their versions, the clock, systemd."""

import os
import pwd
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rdvd.cli import here, installing
from rdvd.cli import systemd as systemd_program
from rdvd.cli.exits import Failure
from rdvd.cli.finding import Finding, fail, ok, warn
from rdvd.cli.systemd import lingers
from rdvd.cli.tmux_servers import tmux_servers
from rdvd.cli.units import State, state_of, units_for

OLDEST_PYTHON = (3, 11)
OLDEST_TMUX = (3, 2)
OLDEST_GIT = (2, 36)  # `worktree list -z`
SAFE_SQLITE = (3, 51, 3)
A_WHILE = 5.0  # seconds for a program to tell its version
DATE_OF_THIS_PROGRAM = 1_735_689_600  # 2025: no clock that is right says less

Version = tuple[int, ...]


def python() -> Iterator[Finding]:
    yield _judge("python", sys.version.split()[0], sys.version_info[:2], OLDEST_PYTHON)


def tmux() -> Iterator[Finding]:
    yield _program("tmux", "-V", OLDEST_TMUX, "sessions live in it")


def git() -> Iterator[Finding]:
    yield _program("git", "--version", OLDEST_GIT, "worktrees are made with it")


def sqlite() -> Iterator[Finding]:
    says = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        yield ok("sqlite", says)
        return
    yield warn(
        "sqlite",
        f"{says}: before {_dotted(SAFE_SQLITE)} two connections that write or checkpoint at the "
        "same moment can, rarely, damage the database; rdvd writes with one alone",
        "let no other program write to the database (no Litestream), or use a newer Python",
    )


def clock() -> Iterator[Finding]:
    """A clock that went back makes tokens live on and lists lie."""
    now = time.time()
    set_it = "set the clock: `timedatectl set-ntp true`, or `sudo date -s ...`"
    if now < DATE_OF_THIS_PROGRAM:
        yield fail("clock", f"it says {time.ctime(now)}, before this program was written", set_it)
        return
    ahead = _newest_change() - now
    if ahead > 60:
        yield warn("clock", f"files were changed {ahead:,.0f} s in its future", set_it)
    else:
        yield ok("clock", time.strftime("%Y-%m-%d %H:%M:%S %z"))


def systemd() -> Iterator[Finding]:
    if not systemd_program.RUNS.is_dir():
        yield ok("systemd", "not here; `rdvd` runs without it")
        return
    yield _runtime_directory()
    user = pwd.getpwuid(os.getuid()).pw_name
    if lingers():
        yield ok("linger", f"{user}'s services go on after the last logout")
    else:
        yield warn(
            "linger",
            f"systemd ends {user}'s services, rdvd too, at the last logout",
            "to let them go on: `loginctl enable-linger`",
        )


def service() -> Iterator[Finding]:
    """Unit files name the interpreter that wrote them, which may be gone or another by now."""
    if not systemd_program.is_here():
        return
    again = "`rdv service install` writes them anew"
    for name in installing.installed():
        file = systemd_program.folder() / name
        if state_of(file, here.home()) is State.CHANGED:
            do = "see `systemctl --user edit` for changes that stay; move it away to install anew"
            yield warn(f"unit {name}", f"{file} was changed since it was installed", do)
        elif file.read_text(encoding="utf-8") != _as_installed_now().get(name):
            yield warn(f"unit {name}", f"{file} is of another version or installation", again)
        else:
            yield ok(f"unit {name}", str(file))


def tmux_servers_apart() -> Iterator[Finding]:
    """Where a tmux server runs decides whether sessions outlive the daemon."""
    for server in tmux_servers(here.run()):
        name = f"tmux server {server.path.stem}"
        if server.pid is None:
            yield warn(name, f"nobody answers on {server.path}", "rdvd starts it anew when needed")
        elif server.is_in_the_daemons_group:
            do = "`rdv service install`, and move your sessions: it ends when the daemon does"
            yield fail(name, f"pid {server.pid} is in the daemon's group {server.group}", do)
        else:
            yield ok(name, f"pid {server.pid} in {server.group or 'no control group'}")


LOOKS = (python, tmux, git, sqlite, clock, systemd, service, tmux_servers_apart)


def _as_installed_now() -> dict[str, str]:
    try:
        return units_for(installing.this_installation())
    except Failure:
        return {}  # tmux or git is missing, which has been said


def _runtime_directory() -> Finding:
    path = os.environ.get("XDG_RUNTIME_DIR")
    ask = "log in anew (ssh, or `machinectl shell USER@`, not `su`), so that systemd makes it"
    if not path:
        return warn("XDG_RUNTIME_DIR", "not set: `systemctl --user` finds nobody", ask)
    try:
        found = Path(path).stat()
    except OSError as error:
        return warn("XDG_RUNTIME_DIR", f"{path}: {error.strerror}", ask)
    if found.st_uid != os.getuid():
        return warn("XDG_RUNTIME_DIR", f"{path} belongs to uid {found.st_uid}", ask)
    return ok("XDG_RUNTIME_DIR", path)


def _program(name: str, flag: str, oldest: Version, use: str) -> Finding:
    install = f"install it: `sudo apt-get install {name}`, or as your system does that"
    if shutil.which(name) is None:
        return fail(name, f"not found in PATH; {use}", install)
    try:
        said = subprocess.run([name, flag], capture_output=True, timeout=A_WHILE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return fail(name, f"cannot be run: {error}", install)
    says = said.stdout.decode(errors="replace").strip()
    found = re.search(r"(\d+)\.(\d+)", says)
    if said.returncode or found is None:
        return fail(name, f"`{name} {flag}` says {says!r} and ends with {said.returncode}", install)
    return _judge(name, says, (int(found[1]), int(found[2])), oldest)


def _judge(name: str, says: str, version: Version, oldest: Version) -> Finding:
    if version >= oldest:
        return ok(name, says)
    return fail(name, f"{says} is too old", f"install {_dotted(oldest)} or newer")


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def _newest_change() -> float:
    files = (here.home(), here.home() / "server" / "server.log", here.database())
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)
