"""What the contenders of the store's bench share: one table, one row, one reader's question."""

import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import trio
from sqlite_utils import Database, Migrations

from .stopwatch import Stopwatch

TABLE = """CREATE TABLE event (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL
) STRICT"""
INDEX = "CREATE INDEX event_at ON event (at)"
INSERT = "INSERT INTO event (at, kind, body) VALUES (?, ?, ?)"
SELECT = "SELECT at, kind, body FROM event WHERE id = ?"
BODY = "x" * 180
RESULTS = Path(__file__).parent / "results"  # git ignores what is in it
ROWS_TO_AGE = 30_000

migrations = Migrations("bench")


@migrations()
def create_event(db: Database) -> None:
    db.conn.execute(TABLE)
    db.conn.execute(INDEX)


def insert(connection: sqlite3.Connection, number: int) -> None:
    connection.execute(INSERT, (number, "session.opened", BODY))


def age(connection: sqlite3.Connection) -> None:
    """Let the log grow past its checkpoint: from then on it is overwritten, as in a long life.

    A log that still grows makes every sync dearer, because the file's size must reach the disk too.
    """
    rows = ((number, "session.opened", BODY) for number in range(ROWS_TO_AGE))
    connection.executemany(INSERT, rows)


def find(connection: sqlite3.Connection, id: int) -> tuple[int, str, str]:
    return connection.execute(SELECT, (id,)).fetchone()


@contextmanager
def folder_for_bench() -> Generator[Path]:
    """On the disk this project lies on: /tmp may be memory, where FULL costs nothing."""
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="store-", dir=RESULTS) as name:
        yield Path(name)


async def share_out(times: int, callers: int, call: Callable[[int], Awaitable[object]]) -> float:
    """So many calls in all by so many callers, each of whom waits for its answers."""

    async def caller() -> None:
        for number in range(times // callers):
            await call(number)

    with Stopwatch() as watch:
        async with trio.open_nursery() as nursery:
            for _ in range(callers):
                nursery.start_soon(caller)
    return watch.seconds
