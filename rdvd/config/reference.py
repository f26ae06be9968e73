"""docs/configuration.md, made from the settings themselves."""

from pathlib import Path

from rdvd.config.show import when
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

A setting that is "live" changes on a reload, at once and without losing a request: `rdv config
reload`, `systemctl --user reload rdvd` or SIGHUP, which all do the same. If anything is wrong,
nothing is taken up. For each of the others it says why it takes a restart; until then
`rdv config show` marks it. No setting holds a secret: some name the files that do.

Over the API, `GET /api/config` shows what the running daemon holds and what in the files waits for
a reload or a restart; `POST /api/config/reload` is the reload, and answers what was taken up, what
waits, or, with 400, everything that is wrong. Both are for the owner alone (`config.read` and
`config.reload`), and every reload is in the audit log.
"""


def reference() -> str:
    return PREFACE + "".join(_section(name) for name in SECTIONS)


def _section(name: str) -> str:
    about = (SECTIONS[name].__doc__ or "").strip()
    rows = "".join(_row(key) for key in KEYS.values() if key.section == name)
    head = "| key | default | allowed | meaning | changes |\n|---|---|---|---|---|\n"
    return f"\n## [{name}]\n\n{about}\n\n{head}{rows}"


def _row(key: Key) -> str:
    default = getattr(USUAL, key.about.place) if key.about.place else key.default
    cells = (f"`{key.name}`", f"`{as_toml(default)}`", allowed(key), key.about.text, when(key))
    return f"| {' | '.join(cells)} |\n"
