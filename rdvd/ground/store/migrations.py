"""Bringing a database to the program's shape: never backwards, and never without a copy."""

import hashlib
import inspect
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from textwrap import dedent

from sqlite_utils import Database, Migrations

from rdvd.ground.database import NewerDatabase, copy_database, opening

KEPT_COPIES = 3

Step = tuple[str, str]  # the set's name, the migration's name


def migrate(connection: sqlite3.Connection, path: Path, sets: Sequence[Migrations]) -> None:
    """Apply what is missing, each migration in one transaction with its record."""
    db = Database(connection, strict=True, execute_plugins=False)
    with opening(path):
        applied = _applied(connection)
        is_complete = not any(each.pending(db) for each in sets)
    _refuse_a_newer(path, applied, sets)
    if is_complete:
        return
    if applied:
        _keep_copy(connection, path, len(applied))
    with opening(path):  # a record that was tampered with would have a migration applied twice
        for each in sets:
            each.apply(db)


def digest_of(migrations: Migrations) -> dict[str, str]:
    """Hash the source of every migration, so that a test can pin what has once been released."""
    everything = migrations.pending(Database(memory=True, execute_plugins=False))
    return {each.name: _digest(inspect.getsource(each.fn)) for each in everything}


def _digest(source: str) -> str:
    return hashlib.sha256(dedent(source).encode()).hexdigest()[:16]


def _applied(connection: sqlite3.Connection) -> set[Step]:
    name = Migrations.migrations_table
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [name]).fetchone():
        return set()
    rows = connection.execute(f"SELECT migration_set, name, applied_at FROM {name}")
    return {(set_, step) for set_, step, _ in rows}


def _known(sets: Iterable[Migrations]) -> Iterator[Step]:
    for each in sets:
        for migration in each.pending(Database(memory=True, execute_plugins=False)):
            yield each.name, migration.name


def _refuse_a_newer(path: Path, applied: set[Step], sets: Iterable[Migrations]) -> None:
    unknown = sorted(f"{set_}/{name}" for set_, name in applied - set(_known(sets)))
    if unknown:
        raise NewerDatabase(
            f"{path} was last used by a newer rdvd: this one does not know {', '.join(unknown)}. "
            "Start the newer version again, or restore a backup made with this one "
            f"(`rdv restore FILE`; copies kept before each upgrade are {path}.before-*)."
        )


def _keep_copy(connection: sqlite3.Connection, path: Path, number: int) -> None:
    """Keep the state before this upgrade; a first attempt that failed is replaced."""
    copy_database(connection, path.with_name(f"{path.name}.before-{number}"))
    for old in _copies_newest_first(path)[KEPT_COPIES:]:
        old.unlink()


def _copies_newest_first(path: Path) -> list[Path]:
    start = f"{path.name}.before-"
    copies = (each for each in path.parent.iterdir() if each.name.startswith(start))
    numbered = [each for each in copies if each.name.removeprefix(start).isdigit()]
    return sorted(numbered, key=lambda each: each.stat().st_mtime_ns, reverse=True)
