"""The data directory: modes, owners, the length of socket paths, room on the disk."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from rdvd.cli import here
from rdvd.cli.finding import Finding, fail, ok, warn
from rdvd.ground.places import LONGEST_SOCKET_PATH, Places, check_socket_path, find_places
from rdvd.ground.private import BadPlace, check

MEBIBYTE = 2**20
TOO_LITTLE = 100 * MEBIBYTE
LITTLE = 1024 * MEBIBYTE


def home() -> Iterator[Finding]:
    try:
        yield ok("home", str(find_places(os.environ).home))
    except BadPlace as problem:
        yield fail("home", f"{problem.path} {problem.why}", problem.hint)


def directories() -> Iterator[Finding]:
    places = _places()
    if places is None:
        return
    own_run = places.run == places.home / "run"
    yield _private("directory home", places.home, "a directory", may_be_link=True)
    for path in (places.server, places.sessions, places.trash):
        yield _private(f"directory {path.name}", path, "a directory")
    yield _private("directory run", places.run, "a directory", may_be_link=not own_run)


def secrets() -> Iterator[Finding]:
    """Whoever can read one of these is the owner."""
    places = _places()
    if places is None:
        return
    database = here.database()
    pepper = database.with_name(f"{database.name}.pepper")
    for path in (database, pepper, places.service_token, places.cli_token):
        if os.path.lexists(path):
            yield _private(f"file {path.name}", path, "a file")
    if database.exists() and not pepper.exists():
        yield warn(
            f"file {pepper.name}",
            "missing beside the database: no token in it can be recognised any more",
            "put it back from where the database came from, or make new tokens",
        )


def sockets() -> Iterator[Finding]:
    terminal = here.terminal_socket()
    for name, path in (("socket", here.api_socket()), (f"socket {terminal.stem}", terminal)):
        yield _socket(name, path)


def disk() -> Iterator[Finding]:
    path = next(each for each in (here.home(), *here.home().parents) if each.exists())
    free = shutil.disk_usage(path).free
    says = f"{free // MEBIBYTE:,} MiB free where {here.home()} is"
    do = "make room on that disk, or set RDV_HOME to another"
    if free < TOO_LITTLE:
        yield fail("disk", says, do)
    elif free < LITTLE:
        yield warn("disk", says, do)
    else:
        yield ok("disk", says)


LOOKS = (home, directories, secrets, sockets, disk)


def _socket(name: str, path: Path) -> Finding:
    try:
        check_socket_path(path)
        check(path, "a socket")
    except BadPlace as problem:
        return fail(name, f"{path} {problem.why}", problem.hint)
    length = f"{path}, {len(os.fsencode(path))} bytes of {LONGEST_SOCKET_PATH}"
    mode = stat.S_IMODE(path.lstat().st_mode) if path.exists() else 0o600
    if mode & 0o077:
        do = "restart the daemon, which makes it 0600, and see who has changed it"
        return fail(name, f"{length}; others may connect (mode {mode:04o})", do)
    return ok(name, length)


def _places() -> Places | None:
    try:
        return find_places(os.environ)
    except BadPlace:
        return None  # `home` has said so


def _private(name: str, path: Path, kind: str, *, may_be_link: bool = False) -> Finding:
    if not os.path.lexists(path):
        return ok(name, "not there yet; the daemon makes it")
    try:
        check(path, kind, may_be_link=may_be_link)
        mode = stat.S_IMODE(path.stat().st_mode)
    except BadPlace as problem:
        return fail(name, f"{problem.path} {problem.why}", problem.hint)
    except OSError as error:
        return fail(name, f"{path}: {error.strerror}", "see where it leads, and whose it is")
    if mode & 0o077:
        says = f"{path} can be read by others (mode {mode:04o})"
        return fail(name, says, f"see who may have read it, then: chmod go= '{path}'")
    return ok(name, f"mode {mode:04o}")
