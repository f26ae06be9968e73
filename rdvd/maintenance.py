"""What is done to the database without a daemon, under its lock: `rdvd --backup`, `--restore` and
`--check`. No other program ever opens the database; `rdv` runs this one.
"""

import argparse
import os
import sqlite3
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from rdvd import VERSION
from rdvd.config import Config, load
from rdvd.ground import backup as copies
from rdvd.ground.errors import Problem
from rdvd.ground.ownership import AlreadyRunning, guarded, hold, own
from rdvd.ground.places import Places, find_places, prepare
from rdvd.ground.redaction import redact

USAGE = 64  # EX_USAGE and so on, see sysexits(3)
NOT_AS_IT_SHOULD_BE = 65
NOT_THERE = 66
NOT_DONE = 74
MISCONFIGURED = 78
OF_STATUS = {400: USAGE, 404: NOT_THERE, 409: NOT_AS_IT_SHOULD_BE, 507: NOT_DONE}


class NotDone(Problem):
    """The system, or SQLite, said no."""

    status = 507
    title = "Not done"
    code = "NOT_DONE"


@frozen
class Maintenance:
    """Each act says what it did, in the words of a person."""

    places: Places
    config: Config

    def back_up(self, target: Path) -> str:
        copies.require_file(self.database)
        with _told(), hold(*self._guarded):
            copies.backup(self.database, target, is_alone=True)
        return f"{target}: {target.stat().st_size:,} bytes"

    def restore(self, file: Path) -> str:
        with _told():
            copies.verify(file)
        prepare(self.places)  # a new machine has no directories yet
        with _told(), own(self.config.server.pid_file, *self._guarded):
            aside = copies.restore(file, self.database)
        kept = "" if aside is None else f"\nwhat was there is kept in {aside}"
        return f"{self.database} is now what {file} holds{kept}"

    def check(self) -> str:
        copies.require_file(self.database)
        with _told(), hold(*self._guarded):
            copies.require_whole(self.database)
        return "whole (integrity_check)"

    @property
    def database(self) -> Path:
        return self.config.database.path

    @property
    def _guarded(self) -> list[Path]:
        return guarded(self.places.home, self.database)


def maintain(arguments: Sequence[str]) -> bool:
    """Do what is asked for, and end. If that is the daemon: return whether it is to be quiet."""
    given = _parser().parse_args(arguments)
    is_asked = given.check or given.backup is not None or given.restore is not None
    if not is_asked:
        return given.quiet
    try:
        sys.stdout.write(f"{_done(given)}\n")
    except AlreadyRunning:
        raise
    except Problem as problem:
        sys.stderr.write(f"rdvd: {redact(problem.detail)}\n")
        sys.exit(OF_STATUS.get(problem.status, MISCONFIGURED))
    sys.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rdvd", description="The daemon in the foreground.")
    parser.add_argument("--version", action="version", version=f"rdvd {VERSION}")
    parser.add_argument(
        "--quiet", action="store_true", help="log to the file alone, not to standard error too"
    )
    instead = parser.add_mutually_exclusive_group()
    for option, what in (
        ("--backup", "instead, while no daemon runs: copy the database to FILE, a new one"),
        ("--restore", "instead: put FILE in the database's place, and keep the old one"),
    ):
        instead.add_argument(option, metavar="FILE", type=Path, help=what)
    instead.add_argument("--check", action="store_true", help="instead: look for damage in it")
    return parser


def _done(given: argparse.Namespace) -> str:
    places = find_places(os.environ)
    maintenance = Maintenance(places, load(places, os.environ))
    if given.backup is not None:
        return maintenance.back_up(given.backup)
    return maintenance.check() if given.check else maintenance.restore(given.restore)


@contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise NotDone(str(error)) from error
