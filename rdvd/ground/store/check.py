"""Looking through the whole database for damage, beside everybody who works with it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic

import trio

from rdvd.ground.database import connect_reader

STEPS = 10_000  # of SQLite's machine, between two looks at the time


def check(path: Path, seconds: float) -> str:
    """`ok`, `failed: ` and why, or `unchecked: ` if it took too long. For a thread of Trio's.

    On a connection of its own, so that it keeps no reader from others. The log is not folded in
    meanwhile, which is why it may not go on for ever.
    """
    until = monotonic() + seconds

    def is_over() -> bool:
        trio.from_thread.check_cancelled()  # raises, which SQLite takes for a yes
        return monotonic() > until

    try:
        with closing(connect_reader(path)) as connection:
            connection.set_progress_handler(is_over, STEPS)
            (word,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:  # also if too damaged even to be looked through
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return f"unchecked: it was not done within {seconds:g} s"
        word = error
    return "ok" if word == "ok" else f"failed: {word}"
