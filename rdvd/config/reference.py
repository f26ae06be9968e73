"""docs/configuration.md, made from the settings themselves."""

from pathlib import Path

from rdvd.config.types import KEYS, SECTIONS, Key
from rdvd.config.values import allowed, as_toml
from rdvd.ground.places import Places

USUAL = Places(home=Path("~/.remote-dev"), run=Path("~/.remote-dev/run"))

PREFACE = """\
# Configuration

<!-- Made by `python -m rdvd.config`; change rdvd/config/types.py instead. -->

Nothing needs to be set. What is set is looked for here, and the later one wins:

1. `~/.remote-dev/config.toml`
2. `~/.remote-dev/server/config.toml`
3. the environment: `RDV_<SECTION>_<KEY>`, such as `RDV_SERVER_LOG_LEVEL=debug`; the members of a
   list are parted by commas

`RDV_HOME` moves the data directory `~/.remote-dev` (`REMOTE_DEV_DIR` is its older name), and
`RDV_RUNTIME_DIR` its `run/` with the sockets: a socket's path has at most 107 bytes. `~` is
understood in every path. A section or key that does not exist is refused, and so is a value that
is not allowed, with everything that is wrong in one answer. Both files must belong to you, and
nobody else may be able to write to them.

"Live" settings may change on a reload (`SIGHUP`), the others only at the next start. So far a
reload takes up `server.log_level` alone; for every other change the log says
`config_needs_restart`.
"""


def reference() -> str:
    return PREFACE + "".join(_section(name) for name in SECTIONS)


def _section(name: str) -> str:
    about = (SECTIONS[name].__doc__ or "").strip()
    rows = "".join(_row(key) for key in KEYS.values() if key.section == name)
    head = "| key | default | allowed | live | meaning |\n|---|---|---|---|---|\n"
    return f"\n## [{name}]\n\n{about}\n\n{head}{rows}"


def _row(key: Key) -> str:
    default = getattr(USUAL, key.about.place) if key.about.place else key.default
    live = "yes" if key.about.live else "no"
    cells = (f"`{key.name}`", f"`{as_toml(default)}`", allowed(key), live, key.about.text)
    return f"| {' | '.join(cells)} |\n"
