"""Where the daemon of this user is, in paths; `rdvd.cli.whereabouts` finds it out."""

import os
from pathlib import Path

from rdvd.cli import whereabouts
from rdvd.cli.client import Api
from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.whereabouts import api as api
from rdvd.cli.whereabouts import configured
from rdvd.cli.whereabouts import read_cli_token as read_cli_token

PATIENCE = 30  # seconds for an answer


def path_of(words: str) -> str:
    """An absolute path, in a form that can be told to the daemon."""
    path = str(_absolute(words))
    if not path.isascii() and path != path.encode(errors="replace").decode():
        hint = "Its name is not UTF-8: rename it, or go elsewhere."
        raise Failure(f"{path!r} cannot be told to the daemon", hint=hint, code=USAGE)
    short = Path(os.path.normpath(path))
    return str(short) if _is_same(short, path) else path


def _absolute(words: str) -> Path:
    try:
        return Path(words).expanduser().absolute()
    except FileNotFoundError as error:
        hint = "`cd` to another one."
        raise Failure("the directory that you are in is no more", hint=hint) from error


def _is_same(short: Path, path: str) -> bool:
    """Behind a symbolic link `..` is elsewhere."""
    try:
        return short.samefile(path)
    except OSError:
        return False


def home() -> Path:
    return Path(whereabouts.home())


def run() -> Path:
    return Path(whereabouts.run())


def api_socket() -> Path:
    return Path(whereabouts.api_socket())


def api_socket_of_the_daemon() -> Path:
    return Path(whereabouts.api_socket_of_the_daemon())


def terminal_socket_of_the_daemon() -> Path:
    return _configured("server", "terminal_socket", run() / "terminal.sock")


def terminal_socket() -> Path:
    """In a session the daemon says itself where it listens."""
    told = os.environ.get("RDV_TERMINAL_SOCKET")
    return Path(told) if told else terminal_socket_of_the_daemon()


def pid_file() -> Path:
    return _configured("server", "pid_file", home() / "server" / "server.pid")


def log_file() -> Path:
    return _configured("server", "log_file", home() / "server" / "server.log")


def database() -> Path:
    return _configured("database", "path", home() / "sqlite.db")


def cli_token() -> Path:
    return Path(whereabouts.cli_token())


def api_as_owner() -> Api:
    """Without a token: the kernel tells the daemon who asks."""
    return Api(api_socket())


def _configured(section: str, key: str, default: Path) -> Path:
    return Path(configured(section, key, str(default)))
