"""Whether the files that are open are still the ones that lie under their names.

A file that was removed or replaced can be written to as before, and all of it is lost with the
last descriptor. SQLite does not look; so we do, before each commit: two system calls.
"""

import os
from pathlib import Path


class FileGone(Exception):
    """What would be committed now would be lost."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was removed, moved or replaced while it is open, so nothing is stored; put it "
            f"back before the daemon stops (what was removed can be copied from /proc/{os.getpid()}"
            "/fd)"
        )


class InPlace:
    """Made while the database is open."""

    def __init__(self, database: Path) -> None:
        log = database.with_name(f"{database.name}-wal")
        self._files = {path: _identity(path) for path in (database, log)}

    def require(self) -> None:
        for path, identity in self._files.items():
            if _identity(path) != identity:
                raise FileGone(path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
