import sqlite3
from collections.abc import Generator
from contextlib import closing

import pytest
from sqlite_utils import Database

from rdvd.knowledge.migrations import MIGRATIONS


@pytest.fixture
def db() -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("CREATE TABLE folders (id TEXT PRIMARY KEY)")
        connection.executemany("INSERT INTO folders VALUES (?)", [("here",), ("there",)])
        MIGRATIONS.apply(Database(connection))
        yield connection
