"""The plain design: one connection, `to_thread`, and a limiter so that one uses it at a time."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager

import trio

from .store_tables import INDEX, ROWS_TO_AGE, TABLE, age, find, folder_for_bench, insert, share_out

READERS = 4


@contextmanager
def _opened() -> Generator[sqlite3.Connection]:
    with folder_for_bench() as folder:
        path = folder / "bench.db"
        with closing(_connect(f"{path}")) as connection:
            connection.execute(TABLE)
            connection.execute(INDEX)
            connection.execute("BEGIN")
            age(connection)
            connection.execute("COMMIT")
            yield connection


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _insert_and_commit(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    insert(connection, number)
    connection.execute("COMMIT")


async def _write(times: int, callers: int) -> float:
    limiter = trio.CapacityLimiter(1)
    with _opened() as connection:

        async def write(number: int) -> None:
            await trio.to_thread.run_sync(_insert_and_commit, connection, number, limiter=limiter)

        return await share_out(times, callers, write)


async def write_by_one(times: int) -> float:
    return await _write(times, 1)


async def write_by_64(times: int) -> float:
    return await _write(times, 64)


async def read_by_16(times: int) -> float:
    with _opened() as connection:
        return await _read_through_a_pool(connection, times)


async def _read_through_a_pool(connection: sqlite3.Connection, times: int) -> float:
    (_, _, path) = connection.execute("PRAGMA database_list").fetchone()
    pool = [_connect(path) for _ in range(READERS)]
    limiter = trio.CapacityLimiter(READERS)

    def find_in_pool(number: int) -> object:
        reader = pool.pop()
        try:
            return find(reader, number % ROWS_TO_AGE + 1)
        finally:
            pool.append(reader)

    async def read(number: int) -> object:
        return await trio.to_thread.run_sync(find_in_pool, number, limiter=limiter)

    seconds = await share_out(times, 16, read)
    for reader in pool:
        reader.close()
    return seconds
