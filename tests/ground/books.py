"""A small database to store things in: books, and the loans that refer to them."""

import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import trio
from outcome import Outcome, acapture
from sqlite_utils import Database, Migrations
from trio.testing import wait_all_tasks_blocked

from rdvd.ground.store import Store

R = TypeVar("R")

books = Migrations("books")


@books()
def create_books(db: Database) -> None:
    db.conn.execute("CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL) STRICT")


@books()
def create_loans(db: Database) -> None:
    db.conn.execute(
        "CREATE TABLE loan (book INTEGER NOT NULL REFERENCES book DEFERRABLE INITIALLY DEFERRED)"
        " STRICT"
    )


LIBRARY = (books,)


def add(connection: sqlite3.Connection, title: str, id: int | None = None) -> int:
    row = connection.execute("INSERT INTO book VALUES (?, ?) RETURNING id", [id, title])
    return int(row.fetchone()[0])


async def add_to(store: Store, title: str) -> int:
    return await store.write(add, title)


def titles(connection: sqlite3.Connection) -> list[str]:
    return [title for (title,) in connection.execute("SELECT title FROM book ORDER BY id")]


class Hold:
    """A job that stays in its thread until it is let go: what comes after it forms one batch."""

    def __init__(self) -> None:
        self.has_begun = trio.Event()
        self._token = trio.lowlevel.current_trio_token()
        self._may_end = trio.Event()

    def __call__(self, connection: sqlite3.Connection) -> str:
        trio.from_thread.run_sync(self.has_begun.set, trio_token=self._token)
        trio.from_thread.run(self._may_end.wait, trio_token=self._token)
        return "held"

    def let_go(self) -> None:
        self._may_end.set()


@asynccontextmanager
async def writer_held(store: Store) -> AsyncGenerator[trio.Nursery]:
    """While the block runs the writer is busy; what the block starts then forms one batch."""
    hold = Hold()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(store.write, hold)
        await hold.has_begun.wait()
        yield nursery
        await wait_all_tasks_blocked()
        hold.let_go()


async def outcome_of(
    ask: Callable[..., Awaitable[R]], *arguments: object, into: list[Outcome[R]]
) -> None:
    into.append(await acapture(ask, *arguments))
