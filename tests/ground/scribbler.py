"""A program to be killed: 16 writers that say what was acknowledged, on one line each.

`python -m tests.ground.scribbler` takes the path of a database on a line of its input, forks (the
imports are done once), and lets the fork write until somebody kills it; then it says how that ended
and takes the next path. The fork's lines are `pid N` first, then the number of each acknowledged
book, each of which was written together with its loan.
"""

import os
import sqlite3
import sys
from pathlib import Path

import trio

from rdvd.ground.store import Store, open_store

from .books import LIBRARY, add

WRITERS = 16


def add_with_loan(connection: sqlite3.Connection, title: str) -> int:
    book = add(connection, title)
    connection.execute("INSERT INTO loan VALUES (?)", [book])
    return book


def say(word: object) -> None:
    os.write(1, f"{word}\n".encode())  # one write below PIPE_BUF is never torn apart


async def scribble(path: Path) -> None:
    async with open_store(path, LIBRARY) as store, trio.open_nursery() as nursery:
        say(f"pid {os.getpid()}")
        for number in range(WRITERS):
            nursery.start_soon(_write_for_ever, store, f"by writer {number}")


async def _write_for_ever(store: Store, title: str) -> None:
    while True:
        say(await store.write(add_with_loan, title))


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            trio.run(scribble, Path(line.rstrip("\n")))
        _, status = os.waitpid(child, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
