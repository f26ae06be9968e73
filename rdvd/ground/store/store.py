"""The store: SQLite behind one writer thread and two readers. No SQL ever runs on the loop.

`write` returns after COMMIT, with `synchronous=FULL`: what it has returned survives a power cut.
"""

import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import trio
from sqlite_utils import Migrations

from rdvd.ground.database import (
    Synchronous,
    connect_reader,
    connect_writer,
    naming_the_file,
)

from .check import check
from .desk import Desk
from .facts import Ledger, StoreFacts
from .migrations import migrate
from .reader import serve_reads
from .threads import Tell, living_thread, telling
from .writer import Writer

P = ParamSpec("P")
R = TypeVar("R")


class Store:
    """Runs functions that take a connection first, and carries back what they return or raise.

    A caller that is cancelled withdraws what has not begun; what has begun it waits for, and gets
    the true answer. A function must have no effect but on its connection, because `write` may run
    it a second time; it must not keep the connection or a cursor, and reads should be paged.
    """

    def __init__(self, path: Path, queue: int) -> None:
        self._ledger = Ledger(path)
        self._writes = Desk(queue)
        self._reads = Desk(queue)

    async def write(
        self,
        fn: Callable[Concatenate[sqlite3.Connection, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run it in a savepoint of its own; if it raises, it alone is undone."""
        return await self._writes.ask(fn, *args, **kwargs)

    async def read(
        self,
        fn: Callable[Concatenate[sqlite3.Connection, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run it on one unchanging view of the database, in which it cannot write."""
        return await self._reads.ask(fn, *args, **kwargs)

    async def ping(self) -> None:
        """Prove that a transaction reaches the disk, and that a reader answers."""
        await self.write(_touch)
        await self.read(_glance)

    async def check_integrity(self, seconds: float = 60.0) -> str:
        """Look at every page, in at most so many seconds; facts keep the word. Holds up nobody."""
        found = await trio.to_thread.run_sync(
            check, self._ledger.path, seconds, abandon_on_cancel=True
        )
        if not self._ledger.is_damaged:  # damage that a job has met stays
            self._ledger.integrity = found
        return self._ledger.integrity

    def facts(self) -> StoreFacts:
        return self._ledger.facts(queued=self._writes.waiting)

    @asynccontextmanager
    async def serving(
        self, migrations: Sequence[Migrations], synchronous: Synchronous = "FULL"
    ) -> AsyncGenerator[None]:
        """Be open; everybody but a bench that compares goes through `open_store`."""
        tell_writers, tell_readers = telling(self._writes.answer), telling(self._reads.answer)

        def write(is_up: Tell) -> None:
            with closing(connect_writer(self._ledger.path, synchronous)) as connection:
                with naming_the_file(self._ledger.path):
                    migrate(connection, self._ledger.path, migrations)
                is_up()
                Writer(connection, self._ledger).serve(self._writes.queue, tell_writers)

        def read(is_up: Tell) -> None:
            with closing(connect_reader(self._ledger.path)) as connection:
                is_up()
                serve_reads(connection, self._ledger, self._reads.queue, tell_readers)

        # The writer closes last: then SQLite folds the log into the database and removes it.
        async with (
            living_thread("store writer", write, self._writes.close),
            living_thread("store reader 1", read, self._reads.close),
            living_thread("store reader 2", read, self._reads.close),
        ):
            try:
                yield
            finally:
                self._writes.refuse()


@asynccontextmanager
async def open_store(
    path: Path, migrations: Sequence[Migrations], *, queue: int = 1024
) -> AsyncGenerator[Store, None]:
    """Make or migrate the database, and serve it until the block ends.

    Jobs accepted by then are finished first, later ones get `Unavailable`. The caller holds the
    daemon's lock: two programs must not migrate, nor checkpoint, the same file.
    """
    store = Store(path, queue)
    async with store.serving(migrations):
        yield store


def _touch(connection: sqlite3.Connection) -> None:
    # Writes a page although the value stays the same; nothing else of ours uses this number.
    connection.execute("PRAGMA user_version = 1")


def _glance(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
