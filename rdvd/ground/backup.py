"""Copies of the database for safe keeping, and the way back. All of it blocks: use a thread."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rdvd.ground.clock import now
from rdvd.ground.database import (
    BrokenDatabase,
    ForeignDatabase,
    appearing,
    connect_copier,
    connect_writer,
    copy_database,
    is_storage_full,
    naming_the_file,
    require_ours,
)
from rdvd.ground.errors import BadInput, Conflict, NotFound, StorageFull

STEPS = 10_000  # of SQLite's machine, between two looks whether it is over


def note_beside(path: Path) -> Path:
    """Where it is noted, outside the database, what this very database must hold."""
    return path.with_name(f"{path.name}.audit-head")


def backup(
    path: Path,
    target: Path,
    *,
    is_alone: bool = False,
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """Copy the database as it is at this moment, also while the daemon writes.

    `is_alone`: the caller holds the daemon's lock, and SQLite leaves nothing beside the database.

    Once `is_over` says so, it ends with SQLite's word that it was interrupted, and without a copy.
    """
    require_file(path)
    _refuse_existing(target)
    copier = connect_copier(path, is_alone=is_alone and not _log(path).exists())
    with closing(copier) as connection, _naming_a_full_disk(target):
        connection.set_progress_handler(is_over, STEPS)
        require_ours(connection, path)
        copy_database(connection, target)


def verify(file: Path) -> None:
    """Refuse a file that is not ours or contradicts itself. Leaves nothing beside it."""
    require_file(file)
    _refuse_log(file)
    _verify_content(file, file)


def require_whole(path: Path) -> None:
    """Refuse a database that is damaged or not ours; nobody else has it open.

    Without a log it is read as a plain file, so that SQLite leaves none beside it.
    """
    require_file(path)
    _verify_content(path, path, is_alone=not _log(path).exists())


def restore(file: Path, path: Path) -> Path | None:
    """Put a verified copy of `file` in the database's place; return where the old one is now.

    The caller holds the daemon's lock: nothing else may open the database meanwhile. A power cut
    at any moment leaves either the old database or the new one in place, and both on the disk.
    """
    require_file(file)
    _refuse_log(file)
    with _naming_a_full_disk(path), appearing(path) as copy:
        shutil.copyfile(file, copy)
        _verify_content(copy, file)  # the very bytes that will be used
        return _put_aside(path)


def _put_aside(path: Path) -> Path | None:
    """Give the old database a second name, and take care that it leaves no log behind.

    The log of one database must never meet the file of another: SQLite would play it back.
    """
    if not path.exists():
        _remove_log(path)
        return None
    aside = path.with_name(f"{path.name}.replaced-{now():%Y%m%dT%H%M%S.%fZ}")
    _keep_log(path, aside)
    if _fold_log_in(path):
        _log(aside).unlink(missing_ok=True)
        _refuse_in_use(path)
    os.link(path, aside)
    _remove_log(path)
    if os.path.lexists(note_beside(path)):  # it tells of this one, not of what comes in its place
        note_beside(path).replace(note_beside(aside))
    return aside


def _keep_log(path: Path, aside: Path) -> None:
    if _log(path).exists():
        with appearing(_log(aside)) as copy:
            shutil.copyfile(_log(path), copy)


def _fold_log_in(path: Path) -> bool:
    """Whether it worked: a broken database may be the very reason to restore another."""
    with suppress(sqlite3.Error, BrokenDatabase, ForeignDatabase):
        connect_writer(path).close()  # whoever closes last folds the log in and removes it
        return True
    return False


def _refuse_in_use(path: Path) -> None:
    if _log(path).exists():
        raise Conflict(f"{path} is in use by another program. Stop it, then restore again.")


def _verify_content(file: Path, named: Path, *, is_alone: bool = True) -> None:
    with naming_the_file(named), closing(connect_copier(file, is_alone=is_alone)) as connection:
        require_ours(connection, named)
        (word,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if word != "ok":
            raise BrokenDatabase(f"{named} is damaged: {word}.")
        orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
        if orphan is not None:
            raise BrokenDatabase(
                f"{named} contradicts itself: a row of {orphan[0]} refers to a row of {orphan[2]} "
                "that does not exist."
            )


def require_file(file: Path) -> None:
    if not file.is_file():
        raise NotFound(f"{file} is no file.")


def _refuse_existing(target: Path) -> None:
    if target.is_dir():
        raise BadInput(f"{target} is a directory: name a new file in it.")
    if os.path.lexists(target):
        raise Conflict(f"{target} exists already: it will not be overwritten.")
    if not target.parent.is_dir():
        raise NotFound(f"{target.parent} is no directory.")


def _refuse_log(file: Path) -> None:
    log = _log(file)
    if log.exists() and log.stat().st_size:
        raise Conflict(
            f"{file} has an unfinished log beside it ({log.name}): this is a database in use, or a "
            "copy of one, and no backup. Make one with `rdv backup`."
        )


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _remove_log(path: Path) -> None:
    _log(path).unlink(missing_ok=True)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


@contextmanager
def _naming_a_full_disk(target: Path) -> Generator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if is_storage_full(error):
            raise StorageFull(f"There is no room for {target}; nothing was changed.") from error
        raise
