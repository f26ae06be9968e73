"""How a database is made and connected to: the modes, the pragmas, whose file it is."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from rdvd.ground.errors import StorageFull
from rdvd.ground.private import check, sync

from .problems import (
    OF_THE_DRIVER,
    BrokenDatabase,
    ForeignDatabase,
    code_of,
    is_storage_full,
    primary_code,
)

APPLICATION_ID = int.from_bytes(b"rdvd")
Synchronous = Literal["FULL", "NORMAL"]

# Besides damage: a schema or a version that makes no sense, and text that is none.
FAULTS_OF_A_FILE = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY, OF_THE_DRIVER & 0xFF}

# Temporary tables stay in memory, so that a full disk stops no reader.
FOR_ALL = ("PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY", "PRAGMA busy_timeout = 5000")
FOR_READERS = ("PRAGMA query_only = ON",)
FOR_THE_WRITER = (
    "PRAGMA journal_mode = WAL",
    # A checkpoint shortens what a burst has left behind.
    f"PRAGMA journal_size_limit = {64 * 2**20}",
)


def connect_writer(path: Path, synchronous: Synchronous = "FULL") -> sqlite3.Connection:
    """The one connection that writes and checkpoints; the file is made if there is none."""
    create_private(path)
    for file in (path, *beside(path)):
        check(file, "a file")
    connection = _connect(f"{path.absolute().as_uri()}?mode=rw")
    with _closed_on_error(connection), opening(path):
        claim(connection, path)
        _apply(connection, FOR_ALL, FOR_THE_WRITER, (f"PRAGMA synchronous = {synchronous}",))
        return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    connection = connect_copier(path)
    with _closed_on_error(connection), opening(path):
        _apply(connection, FOR_READERS)
        return connection


def connect_copier(path: Path, *, is_alone: bool = False) -> sqlite3.Connection:
    """Reads only, but may say VACUUM INTO, which `query_only` would forbid.

    `is_alone`: nobody else has the file open and no log belongs to it; SQLite then leaves no
    files of its own beside it.
    """
    options = "mode=ro&immutable=1" if is_alone else "mode=ro"
    connection = _connect(f"{path.absolute().as_uri()}?{options}")
    with _closed_on_error(connection), opening(path):
        _apply(connection, FOR_ALL)
        return connection


def create_private(path: Path) -> None:
    """Make an empty 0600 file unless there is one. SQLite gives its -wal and -shm the same mode."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    try:
        os.fchmod(descriptor, 0o600)  # a umask may have taken even our own rights away
    finally:
        os.close(descriptor)
    sync(path.parent)


def beside(path: Path) -> tuple[Path, Path]:
    """SQLite's own files: the write-ahead log, and the index of it that is shared in memory."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def claim(connection: sqlite3.Connection, path: Path) -> None:
    """Sign an empty database as ours; refuse one that somebody else has filled."""
    if is_empty(connection, path):
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    require_ours(connection, path)


def is_empty(connection: sqlite3.Connection, path: Path) -> bool:
    with naming_the_file(path):
        return not pragma(connection, "schema_version") and not pragma(connection, "application_id")


def require_ours(connection: sqlite3.Connection, path: Path) -> None:
    with naming_the_file(path):
        is_ours = pragma(connection, "application_id") == APPLICATION_ID
    if not is_ours:
        raise ForeignDatabase(
            f"{path} is a database of another program (its application_id is not ours). "
            "Move it away, or point RDV_HOME somewhere else."
        )


@contextmanager
def naming_the_file(path: Path) -> Generator[None]:
    """Say which file it is that SQLite cannot make sense of."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if code_of(error) == sqlite3.SQLITE_NOTADB:
            raise ForeignDatabase(f"{path} is no SQLite database.") from error
        if primary_code(error) == sqlite3.SQLITE_CORRUPT:
            raise BrokenDatabase(f"{path} is damaged: {error}.") from error
        raise
    except UnicodeDecodeError as error:  # SQLite quotes what it has found in the file
        raise BrokenDatabase(f"{path} is damaged: its schema is no text.") from error


@contextmanager
def opening(path: Path) -> Generator[None]:
    """Nothing but our own words are said meanwhile, so if they fail it is the file's fault."""
    with naming_the_file(path):
        try:
            yield
        except sqlite3.OperationalError as error:
            if is_storage_full(error):
                raise StorageFull(f"{path} cannot be opened: make room on that disk") from error
            if primary_code(error) not in FAULTS_OF_A_FILE:
                raise
            raise BrokenDatabase(f"{path} cannot be used: {error}.") from error


def pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def _connect(uri: str) -> sqlite3.Connection:
    # No isolation level: we say BEGIN ourselves, and the driver never does.
    return sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=256)


def _apply(connection: sqlite3.Connection, *groups: tuple[str, ...]) -> None:
    for statements in groups:
        for statement in statements:
            with closing(connection.execute(statement)):
                pass


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Generator[None]:
    is_good = False
    try:
        yield
        is_good = True
    finally:
        if not is_good:
            connection.close()
