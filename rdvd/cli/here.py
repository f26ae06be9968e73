"""Where the daemon of this user is, found out with little to import.

Of the settings a client needs only the few paths that it must agree with the daemon about. The
whole of them, and whether they are allowed, is read with rdvd.config, which takes its time: by the
daemon, and by `rdv config`.
"""

import os
from pathlib import Path
from typing import Any, cast

from rdvd.cli.client import Api
from rdvd.cli.exits import Failure

PATIENCE = 30  # seconds for an answer


def home() -> Path:
    chosen = os.environ.get("RDV_HOME") or os.environ.get("REMOTE_DEV_DIR") or "~/.remote-dev"
    return _expanded(chosen)


def run() -> Path:
    runtime = os.environ.get("RDV_RUNTIME_DIR")
    return _expanded(runtime) if runtime else home() / "run"


def api_socket() -> Path:
    """In a session the daemon says itself where it listens."""
    told = os.environ.get("RDV_API_SOCKET")
    return Path(told) if told else api_socket_of_the_daemon()


def api_socket_of_the_daemon() -> Path:
    return _configured("server", "api_socket", run() / "api.sock")


def terminal_socket_of_the_daemon() -> Path:
    return _configured("server", "terminal_socket", run() / "terminal.sock")


def terminal_socket() -> Path:
    told = os.environ.get("RDV_TERMINAL_SOCKET")
    return Path(told) if told else terminal_socket_of_the_daemon()


def pid_file() -> Path:
    return _configured("server", "pid_file", home() / "server" / "server.pid")


def log_file() -> Path:
    return _configured("server", "log_file", home() / "server" / "server.log")


def database() -> Path:
    return _configured("database", "path", home() / "sqlite.db")


def cli_token() -> Path:
    return home() / "cli-token"


def api(seconds: float = 30) -> Api:
    """With the token that `rdv auth login` kept if there is one."""
    return Api(api_socket(), read_cli_token(), seconds)


def api_as_owner() -> Api:
    """Without a token: the kernel tells the daemon who asks."""
    return Api(api_socket())


def read_cli_token() -> str | None:
    try:
        return _text(cli_token()).strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        cause = f"{cli_token()} cannot be read: {error}"
        raise Failure(cause, hint="Move it away, then `rdv auth login`.") from error


def _configured(section: str, key: str, default: Path) -> Path:
    """What the daemon would find: the environment, its own file, the common file."""
    value: Any = os.environ.get(f"RDV_{section.upper()}_{key.upper()}")
    for file in (home() / "server" / "config.toml", home() / "config.toml"):
        if value is None:
            value = _parsed(file, section).get(key)
    return default if value is None else _expanded(str(value))


def _parsed(file: Path, section: str) -> dict[str, Any]:
    try:
        text = _text(file)
        import tomllib  # lazy: most people have no such file

        part = tomllib.loads(text).get(section)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Failure(
            f"{file} cannot be read: {error}", hint="Mend it, or move it away."
        ) from error
    return cast(dict[str, Any], part) if isinstance(part, dict) else {}


def _text(file: Path) -> str:
    """At once: a pipe in its place, which nobody writes into, is as good as empty."""
    with open(file, encoding="utf-8", opener=_at_once) as opened:
        return opened.read()


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _expanded(path: str) -> Path:
    """As the daemon does it, to which an empty HOME is none."""
    if path != "~" and not path.startswith("~/"):
        return Path(path)
    import pwd  # lazy: where everything is set it is not needed

    return Path((os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir) + path[1:])
