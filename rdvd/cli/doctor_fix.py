"""`rdv doctor --fix`: only what is safe, and only what is ours.

Modes are taken from others, never given; a file is removed only where the lock proves that no
daemon lives, and a socket only if nobody answers on it.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

from rdvd.cli import here
from rdvd.cli.finding import Finding, warn
from rdvd.cli.holder import holder_of
from rdvd.ground.errors import Problem
from rdvd.ground.ownership import AlreadyRunning, own
from rdvd.ground.places import Places, find_places, prepare
from rdvd.ground.private import KINDS, BadPlace
from rdvd.ground.sockets import clear_away_stale, somebody_answers

SECRETS = ("service-token", "cli-token", "sqlite.db", "sqlite.db.pepper")
EXPOSED = "others could read it until now: `rdv auth rotate-service-token`, `rdv auth login`"


def fixes(*, is_dry: bool) -> Iterator[Finding]:
    """What was done, or would be."""
    try:
        places = find_places(os.environ)
    except BadPlace:
        return  # the looks say it
    yield from _modes(places, is_dry=is_dry)
    yield from _missing(places, is_dry=is_dry)
    yield from _leftovers(is_dry=is_dry)


def _modes(places: Places, *, is_dry: bool) -> Iterator[Finding]:
    folders = (places.home, places.server, places.sessions, places.trash, places.run)
    database = here.database()
    files = (
        *(database, database.with_name(f"{database.name}.pepper"), places.service_token),
        *(places.cli_token, here.log_file()),  # who may read a config.toml is for its author
    )
    kinds = {
        **dict.fromkeys(folders, "a directory"),
        **dict.fromkeys(files, "a file"),
        **dict.fromkeys((here.api_socket(), here.terminal_socket()), "a socket"),
    }
    for path, kind in kinds.items():
        yield from _mode(path, kind, is_dry=is_dry)


def _mode(path: Path, kind: str, *, is_dry: bool) -> Iterator[Finding]:
    """By a descriptor of what really lies there: a link is not followed, nor a name reused."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        found = os.fstat(descriptor)
        mode = stat.S_IMODE(found.st_mode)
        is_ours = found.st_uid == os.geteuid() and KINDS.get(stat.S_IFMT(found.st_mode)) == kind
        if not is_ours or not mode & 0o077:
            return
        do = EXPOSED if path.name in SECRETS and mode & 0o044 else ""
        says = f"{path}: mode {mode:04o} is {mode & 0o700:04o}"
        yield _done(
            f"mode of {path.name}", says, is_dry=is_dry, do=do,
            how=lambda: os.chmod(f"/proc/self/fd/{descriptor}", mode & 0o700),  # noqa: PTH101
        )  # fmt: skip
    finally:
        os.close(descriptor)


def _missing(places: Places, *, is_dry: bool) -> Iterator[Finding]:
    """Of a data directory that is in use; a new one is made by the daemon."""
    if not places.home.is_dir():
        return
    folders = (places.server, places.sessions, places.trash, places.run)
    missing = [path for path in folders if not os.path.lexists(path)]
    if missing:
        names = ", ".join(str(path) for path in missing)
        says = f"made {names}"
        yield _done("missing directories", says, is_dry=is_dry, how=lambda: prepare(places))


def _leftovers(*, is_dry: bool) -> Iterator[Finding]:
    """Under the lock, so that no daemon starts meanwhile. Its file goes when the lock does."""
    pid_file = here.pid_file()
    left = [path for path in (here.api_socket(), here.terminal_socket()) if _is_dead(path)]
    if not (left or os.path.lexists(pid_file)) or not pid_file.parent.is_dir():
        return
    try:
        with holder_of(pid_file, here.home()) as holder:
            if holder is not None:
                return
        files = [*left, *([pid_file] if os.path.lexists(pid_file) else [])]
        with nullcontext() if is_dry else own(pid_file, here.home()):
            for path in left if not is_dry else ():
                clear_away_stale(path)
        for path in files:
            says = f"removed {path}: no daemon holds it"
            yield _done(f"left over {path.name}", says, is_dry=is_dry)
    except AlreadyRunning:
        return  # one started meanwhile: they are in use
    except Problem as problem:
        yield warn("left over", problem.detail, "it is not ours to remove")


def _is_dead(path: Path) -> bool:
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except OSError:
        return False
    return is_socket and not somebody_answers(path)


def _done(
    name: str, says: str, *, is_dry: bool, do: str = "", how: Callable[[], None] = lambda: None
) -> Finding:
    if is_dry:
        return Finding(name, "could", says, do)
    try:
        how()
    except (OSError, Problem) as error:
        return warn(name, f"could not be mended: {error}", "see whose it is, and the disk")
    return Finding(name, "fixed", says, do)
