"""The user's systemd, asked through its own programs: each answer within a few seconds."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from rdvd.cli.exits import FAILED, REFUSED, TIMED_OUT, Failure

RUNS = Path("/run/systemd/system")  # as sd_booted(3) looks
LINGERING = Path("/var/lib/systemd/linger")
A_WHILE = 60.0  # a start may take a while: the database is opened in it
UNITS = ("rdvd.service", "rdvd-api.socket", "rdvd-terminal.socket")
ACTIVE = {"active", "activating", "reloading"}
MARK = "# rdv service install wrote this for "


def is_here() -> bool:
    return RUNS.is_dir() and shutil.which("systemctl") is not None


def folder() -> Path:
    """Where a user's own units are."""
    config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(config).expanduser() / "systemd" / "user"


def is_for(unit: Path, home: Path) -> bool:
    """Whether we wrote it, and for this data directory."""
    try:
        first = unit.read_text(encoding="utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return False
    return first.startswith(f"{MARK}{home} (")


def active_units(home: Path) -> list[str]:
    """Those of ours that systemd has started for this data directory."""
    installed = [unit for unit in UNITS if is_for(folder() / unit, home)]
    if not installed or not is_here():
        return []
    said = run("systemctl", "--user", "is-active", *installed).stdout.split()
    return [unit for unit, state in zip(installed, said, strict=False) if state in ACTIVE]


def systemctl(*words: str) -> str:
    """What it printed; a `Failure` with its own words if it refused."""
    done = run("systemctl", "--user", *words)
    if done.returncode:
        command = " ".join(("systemctl --user", *words))
        cause = f"`{command}` failed: {done.stderr.strip() or f'exit code {done.returncode}'}"
        raise Failure(cause, hint=_hint(done.stderr), code=FAILED)
    return done.stdout


def told(*command: str) -> None:
    """One of the commands that `rdv service install` shows, and runs."""
    if command[0] == "systemctl":
        systemctl(*command[2:])
        return
    done = run(*command)
    if done.returncode:
        cause = f"`{' '.join(command)}` failed: {done.stderr.strip()}"
        raise Failure(cause, hint=f"An administrator may: sudo {' '.join(command)} $USER")


def lingers() -> bool:
    """Whether this user's services go on after the last logout."""
    user = pwd.getpwuid(os.getuid()).pw_name
    if shutil.which("loginctl") is not None:
        said = run("loginctl", "show-user", user, "--property=Linger")
        if said.returncode == 0:
            return said.stdout.strip() == "Linger=yes"
    return (LINGERING / user).exists()  # who is not logged in is not known to loginctl


def tmux_units() -> list[str]:
    """The tmux servers that systemd runs."""
    said = systemctl("list-units", "--plain", "--no-legend", "--full", "rdvd-tmux@*.service")
    return [line.split()[0] for line in said.splitlines() if line.strip()]


def require() -> None:
    """Refuse to go on where there is no systemd of this user to speak to."""
    if not is_here():
        raise Failure(
            "this machine does not run systemd",
            hint="`rdv daemon start` starts rdvd in the background without it.",
            code=REFUSED,
        )
    systemctl("show", "--property=Version")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    quiet = os.environ | {"SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0", "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=A_WHILE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Failure(f"`{' '.join(command)}` took over {A_WHILE:g} s", code=TIMED_OUT) from error
    except OSError as error:
        raise Failure(f"{command[0]} cannot be run: {error.strerror}") from error


def _hint(said: str) -> str:
    if "bus" not in said:
        return ""
    return "Log in anew (ssh, or `machinectl shell USER@`, not `su`): your systemd is not reached."
