"""Whole copies of a database, complete or not there at all."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from rdvd.ground.private import sync

from .connections import create_private


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """Write all that is committed into a compact 0600 file; it replaces an older one."""
    with appearing(target) as unfinished:
        connection.execute("VACUUM INTO ?", [str(unfinished)])


@contextmanager
def appearing(target: Path) -> Generator[Path]:
    """An empty private file to fill, beside the target; it takes its name when it is safe."""
    unfinished = target.with_name(f"{target.name}.{uuid4().hex[:8]}.unfinished")
    create_private(unfinished)
    try:
        yield unfinished
        sync(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    sync(target.parent)
