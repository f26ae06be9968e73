"""What a database can refuse, and which of SQLite's errors mean that the disk is full."""

import errno
import sqlite3

from actors import Unavailable
from rdvd.ground.errors import Problem, StorageFull

# ENOSPC arrives as SQLITE_FULL; a quota or a size limit (EDQUOT, EFBIG) as SQLITE_IOERR_WRITE.
FULL_IN_SQLITE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
OF_THE_DRIVER = -1
FULL_IN_UNIX = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class NewerDatabase(Problem):
    """A newer program has changed this database in ways that this one does not know."""

    status = 409
    title = "Newer database"
    code = "NEWER_DATABASE"


class ForeignDatabase(Problem):
    """The file was not made by us."""

    status = 409
    title = "Not our database"
    code = "FOREIGN_DATABASE"


class BrokenDatabase(Problem):
    """The file contradicts itself."""

    status = 409
    title = "Broken database"
    code = "BROKEN_DATABASE"


def is_storage_full(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return primary_code(error) == sqlite3.SQLITE_FULL or code_of(error) in FULL_IN_SQLITE
    return isinstance(error, OSError) and error.errno in FULL_IN_UNIX


def is_corruption(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and primary_code(error) in CORRUPT


def code_of(error: sqlite3.Error) -> int:
    """The extended code; errors of the driver itself have none."""
    return getattr(error, "sqlite_errorcode", OF_THE_DRIVER)


def primary_code(error: sqlite3.Error) -> int:
    return code_of(error) & 0xFF


def refusal_of(error: BaseException) -> BaseException:
    """What one caller is told when the whole transaction failed: an exception of its own."""
    if is_storage_full(error):
        refusal: BaseException = storage_full()
    else:
        refusal = Unavailable(f"the database did not commit: {error}")
    refusal.__cause__ = error
    return refusal


def storage_full() -> StorageFull:
    return StorageFull(
        "The disk that holds the database is full: nothing was stored. Reading still works, and "
        "writing will again as soon as there is room."
    )
