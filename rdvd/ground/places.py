"""Where files live, and that nobody but us may have put them there.

Everything is created 0700 or 0600 from its first moment and never chmod-ed afterwards. What is in
the way is refused with what to do about it; nothing here ever removes anything.
"""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from rdvd.ground.private import BadPlace, make_directory

LONGEST_SOCKET_PATH = 107  # bytes: sun_path holds 108 with its closing zero, see unix(7)


@frozen
class Places:
    """The paths of one daemon. `run` is apart because socket paths must be short."""

    home: Path
    run: Path

    @property
    def server(self) -> Path:
        return self.home / "server"

    @property
    def sessions(self) -> Path:
        return self.home / "sessions"

    @property
    def trash(self) -> Path:
        return self.home / "trash"

    @property
    def config_file(self) -> Path:
        return self.home / "config.toml"

    @property
    def server_config_file(self) -> Path:
        return self.server / "config.toml"

    @property
    def database(self) -> Path:
        return self.home / "sqlite.db"

    @property
    def cli_token(self) -> Path:
        return self.home / "cli-token"

    @property
    def service_token(self) -> Path:
        return self.server / "service-token"

    @property
    def pid_file(self) -> Path:
        return self.server / "server.pid"

    @property
    def log_file(self) -> Path:
        return self.server / "server.log"

    @property
    def api_socket(self) -> Path:
        return self.run / "api.sock"

    @property
    def terminal_socket(self) -> Path:
        return self.run / "terminal.sock"

    @property
    def recorder_socket(self) -> Path:
        return self.run / "recorder.sock"

    @property
    def recorder_lock(self) -> Path:
        return self.server / "recorder.lock"

    def session(self, session_id: str) -> Path:
        return self.sessions / session_id


def find_places(environ: Mapping[str, str]) -> Places:
    """Say where everything belongs; look at nothing and create nothing."""
    named = (name for name in ("RDV_HOME", "REMOTE_DEV_DIR") if environ.get(name))
    name = next(named, "HOME")
    chosen = "~/.remote-dev" if name == "HOME" else environ[name]
    home = _absolute(chosen, name, environ)
    runtime = environ.get("RDV_RUNTIME_DIR")
    return Places(
        home=home,
        run=_absolute(runtime, "RDV_RUNTIME_DIR", environ) if runtime else home / "run",
    )


def prepare(places: Places) -> None:
    """Create the directories that are missing and refuse those that are not ours alone."""
    # The user may keep the whole on another disk behind a link; inside it nothing leads away.
    make_directory(places.home, may_be_link=True)
    for directory in (places.server, places.sessions, places.trash):
        make_directory(directory)
    make_directory(places.run, may_be_link=places.run != places.home / "run")


def check_socket_path(path: Path) -> None:
    """Refuse a path that the kernel would refuse, or cut, when it is bound."""
    length = len(os.fsencode(path))
    if length > LONGEST_SOCKET_PATH:
        raise BadPlace(
            path,
            f"is {length} bytes long, and a socket's path has at most {LONGEST_SOCKET_PATH}",
            "set RDV_RUNTIME_DIR to a directory with a short path",
        )


def expand_home(path: str, environ: Mapping[str, str]) -> Path:
    """`~` and `~/...` in full; anything else as it is."""
    if path != "~" and not path.startswith("~/"):
        return Path(path)
    return Path((environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir) + path[1:])


def _absolute(path: str, variable: str, environ: Mapping[str, str]) -> Path:
    expanded = expand_home(path, environ)
    if not expanded.is_absolute():
        raise BadPlace(
            expanded,
            f"({variable}) is no absolute path: it would move with the directory you are in",
            f"set {variable} to a path that begins with /",
        )
    return expanded
