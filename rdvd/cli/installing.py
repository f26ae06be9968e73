"""Putting our unit files into the user's systemd, and taking them out again."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from rdvd.cli import here, systemd
from rdvd.cli.exits import CONFLICT, NOT_FOUND, Failure
from rdvd.cli.holder import holder_of
from rdvd.cli.refusals import told
from rdvd.cli.units import NAMES, Installation, State, state_of
from rdvd.ground.places import find_places
from rdvd.ground.private import make_directory, write_private

DEFAULT_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def this_installation() -> Installation:
    with told():
        places = find_places(os.environ)
    return Installation(
        rdvd=(sys.executable, "-P", "-m", "rdvd"),
        tmux=_program("tmux"),
        home=places.home,
        run=places.run,
        api_socket=here.api_socket_of_the_daemon(),
        terminal_socket=here.terminal_socket_of_the_daemon(),
        environ=_environ(places.home, here.run()),
    )


def plan(units: dict[str, str], *, linger: bool, now: bool) -> Iterator[str]:
    """What would be written and said to systemd, for --dry-run."""
    for name, text in units.items():
        state = state_of(systemd.folder() / name, here.home())
        remark = "" if state in {State.ABSENT, State.OURS} else f"   (refused: it {state.value})"
        yield f"--- {systemd.folder() / name}{remark}\n{text}"
    yield "--- then\n" + "\n".join(" ".join(command) for command in commands(linger, now))


def commands(linger: bool, now: bool) -> list[tuple[str, ...]]:
    own = ("systemctl", "--user")
    return [
        (*own, "daemon-reload"),
        (*own, "enable", *systemd.UNITS),
        *([("loginctl", "enable-linger")] if linger else []),
        *([(*own, "start", "rdvd.service")] if now else []),
    ]


def write_units(units: dict[str, str]) -> list[Path]:
    """All of them, or none if one is in the way."""
    folder = systemd.folder()
    for name in units:
        state = state_of(folder / name, here.home())
        if state not in {State.ABSENT, State.OURS}:
            hint = "Move it away, then install; changes of yours belong in `systemctl --user edit`."
            raise Failure(f"{folder / name} {state.value}", hint=hint, code=CONFLICT)
    with told():
        make_directory(folder, may_be_link=True)
        for name, text in units.items():
            write_private(folder / name, text.encode())
    return [folder / name for name in units]


def remove_units() -> list[Path]:
    """Those that are as we wrote them."""
    removed: list[Path] = []
    for name in NAMES:
        file = systemd.folder() / name
        state = state_of(file, here.home())
        if state is State.OURS:
            with told():
                file.unlink()
            removed.append(file)
        elif state is not State.ABSENT:
            click.echo(f"! kept {file}: it {state.value}", err=True)
    return removed


def installed() -> list[str]:
    """The names of our unit files that are there, changed or not."""
    ours = (State.OURS, State.CHANGED)
    return [name for name in NAMES if state_of(systemd.folder() / name, here.home()) in ours]


def refuse_a_rival() -> None:
    """A daemon that somebody started by hand holds the place that the unit's would need."""
    with told(), holder_of(here.pid_file(), here.home()) as holder:
        if holder is not None and holder.unit() is None:
            raise Failure(
                f"rdvd runs already, pid {holder.pid}, and not by systemd",
                hint="Stop it first: `rdv daemon stop`; or install without --now.",
                code=CONFLICT,
            )


def left_out() -> list[str]:
    """Settings of this shell's environment that a service will not have."""
    ours = ("RDV_HOME", "RDV_RUNTIME_DIR", "RDV_API_SOCKET", "RDV_TERMINAL_SOCKET")
    return sorted(
        name
        for name in os.environ
        if name.startswith("RDV_") and not name.startswith("RDV_SESSION_") and name not in ours
    )


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Failure(
            f"{name} was not found in PATH", hint="`rdv doctor` says how.", code=NOT_FOUND
        )
    return str(Path(found).absolute())


def _environ(home: Path, run: Path) -> dict[str, str]:
    """What the service must be told because it is not the default."""
    plain = Path.home() / ".remote-dev"
    told_apart = {
        **({"RDV_HOME": str(home)} if home != plain else {}),
        **({"RDV_RUNTIME_DIR": str(run)} if run != home / "run" else {}),
    }
    folders = dict.fromkeys(str(Path(_program(name)).parent) for name in ("tmux", "git"))
    missing = [folder for folder in folders if folder not in DEFAULT_PATH]
    path = {"PATH": ":".join((*missing, *DEFAULT_PATH))} if missing else {}
    return told_apart | path
