"""A full disk: writes are refused clearly, reads go on, and it passes."""

import errno
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rdvd.ground.errors import StorageFull
from rdvd.ground.store import open_store

from .books import LIBRARY, add, titles
from .full_disk import __name__ as FULL_DISK  # noqa: N812 - the name of a program to start


def test_on_a_full_disk_what_was_acknowledged_is_exactly_what_is_there(tmp_path: Path):
    path = tmp_path / "library.db"

    seen = json.loads(
        subprocess.run(
            [sys.executable, "-m", FULL_DISK, str(path)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        ).stdout
    )

    assert seen["refusals"] == 16
    assert seen["could_read"]
    assert "Error" in seen["error_while_full"]
    assert seen["error_afterwards"] is None
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        there = [id for (id,) in connection.execute("SELECT id FROM book ORDER BY id")]
    assert there == sorted(seen["acknowledged"])


def limit(connection: sqlite3.Connection, pages: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {pages}").close()


def fill(connection: sqlite3.Connection) -> None:
    for _ in range(1000):
        add(connection, "x" * 1000)


async def test_a_job_that_fills_the_disk_is_refused_and_the_next_may_fit(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        await store.write(add, "Emma")
        await store.write(limit, 40)

        with pytest.raises(StorageFull) as refused:
            await store.write(fill)
        assert "Reading still works" in refused.value.detail
        assert isinstance(refused.value.__cause__, sqlite3.OperationalError)
        assert store.facts().last_error == "OperationalError: database or disk is full"
        assert await store.read(titles) == ["Emma"]

        await store.write(add, "a small one")
        assert store.facts().last_error is None
        await store.write(limit, 10_000)
        await store.write(fill)
        assert len(await store.read(titles)) == 1002


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
async def test_a_job_that_finds_another_disk_full_is_told_the_same(number: int, tmp_path: Path):
    def fail(connection: sqlite3.Connection) -> None:
        add(connection, "Emma")
        raise OSError(number, "No space left on device")

    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        with pytest.raises(StorageFull):
            await store.write(fail)

        assert await store.read(titles) == []
