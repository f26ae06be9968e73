"""Where the daemon of this user is, as text, found out with almost nothing to import: a prompt asks
for it every second. `rdvd.cli.here` says the same in paths.

Of the settings a client needs only the few paths that it must agree with the daemon about. The
whole of them, and whether they are allowed, is read with rdvd.config, which takes its time: by the
daemon, and by `rdv config`.
"""

import os

from rdvd.cli.client import Api
from rdvd.cli.exits import USAGE, Failure


def home() -> str:
    for name in ("RDV_HOME", "REMOTE_DEV_DIR"):
        if chosen := os.environ.get(name):
            return _absolute(chosen, name)
    return _absolute("~/.remote-dev", "HOME")


def run() -> str:
    runtime = os.environ.get("RDV_RUNTIME_DIR")
    return _absolute(runtime, "RDV_RUNTIME_DIR") if runtime else f"{home()}/run"


def api_socket() -> str:
    """In a session the daemon says itself where it listens."""
    return os.environ.get("RDV_API_SOCKET") or api_socket_of_the_daemon()


def api_socket_of_the_daemon() -> str:
    return configured("server", "api_socket", f"{run()}/api.sock")


def cli_token() -> str:
    return f"{home()}/cli-token"


def api(seconds: float = 30) -> Api:
    """With the token that `rdv auth login` kept if there is one."""
    return Api(api_socket(), read_cli_token(), seconds)


def read_cli_token() -> str | None:
    try:
        return _text(cli_token()).strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        cause = f"{cli_token()} cannot be read: {error}"
        raise Failure(cause, hint="Move it away, then `rdv auth login`.") from error


def configured(section: str, key: str, default: str) -> str:
    """What the daemon would find: the environment, its own file, the common file."""
    value: object = os.environ.get(f"RDV_{section.upper()}_{key.upper()}")
    for file in (f"{home()}/server/config.toml", f"{home()}/config.toml"):
        if value is None:
            value = _read(file, section, key)
    return default if value is None else _absolute(str(value), f"{section}.{key}")


def _absolute(path: str, name: str) -> str:
    """The daemon refuses the others too."""
    found = expanded(path)
    if found.startswith("/"):
        return found
    cause = f"{path} ({name}) is no absolute path: it would move with the directory you are in"
    raise Failure(cause, hint=f"Set {name} to a path that begins with /.", code=USAGE)


def expanded(path: str) -> str:
    """As the daemon does it, to which an empty HOME is none."""
    if path != "~" and not path.startswith("~/"):
        return path
    import pwd  # lazy: where everything is set it is not needed

    return (os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir) + path[1:]


def _read(file: str, section: str, key: str) -> object:
    try:
        text = _text(file)
        # To parse it takes a short command longer than all else; few files say where a socket is.
        return _parsed(text, section).get(key) if key in text or "\\" in text else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Failure(
            f"{file} cannot be read: {error}", hint="Mend it, or move it away."
        ) from error


def _parsed(text: str, section: str) -> dict[str, object]:
    import tomllib  # lazy: see where it is called

    part: object = tomllib.loads(text).get(section)
    return {**part} if isinstance(part, dict) else {}


def _text(file: str) -> str:
    """At once: a pipe in its place, which nobody writes into, is as good as empty."""
    with open(file, encoding="utf-8", opener=_at_once) as opened:
        return opened.read()


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
