"""The store, used as slices use it."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from actors import Unavailable
from rdvd.ground.errors import NotFound
from rdvd.ground.store import ForeignDatabase, open_store

from .books import LIBRARY, Hold, add, add_to, titles, writer_held


async def test_what_was_written_is_read_also_after_the_store_was_closed(tmp_path: Path):
    path = tmp_path / "library.db"

    async with open_store(path, LIBRARY) as store:
        assert await store.write(add, "Emma") == 1
        assert await store.write(add, title="Persuasion", id=7) == 7

    async with open_store(path, LIBRARY) as store:
        assert await store.read(titles) == ["Emma", "Persuasion"]


async def test_a_refusal_reaches_the_writer_as_it_is_and_undoes_its_own_work(tmp_path: Path):
    refusal = NotFound("no such shelf")

    def add_and_refuse(connection: sqlite3.Connection) -> None:
        add(connection, "Emma")
        raise refusal

    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        with pytest.raises(NotFound) as raised:
            await store.write(add_and_refuse)

        assert raised.value is refusal
        assert await store.read(titles) == []


def add_nameless(connection: sqlite3.Connection) -> int:
    return int(add(connection, "Emma") + len(None))  # pyright: ignore[reportArgumentType]


async def test_a_bug_reaches_its_caller_and_the_store_goes_on(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        with pytest.raises(TypeError):
            await store.write(add_nameless)
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            await store.read(lambda connection: connection.execute("SELECT * FROM shelf"))

        assert await store.write(add, "Emma") == 1
        assert await store.read(titles) == ["Emma"]


async def test_a_reader_cannot_write(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await store.read(add, "Emma")

        assert await store.read(titles) == []


async def test_a_read_sees_one_state_although_others_write_meanwhile(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        hold = Hold()

        def read_twice(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
            before = titles(connection)
            hold(connection)
            return before, titles(connection)

        async def write_meanwhile() -> None:
            await hold.has_begun.wait()
            await store.write(add, "Emma")
            hold.let_go()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(write_meanwhile)
            assert await store.read(read_twice) == ([], [])
        assert await store.read(titles) == ["Emma"]


async def test_two_reads_run_at_once(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        first, second = Hold(), Hold()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.read, first)
            nursery.start_soon(store.read, second)
            with trio.fail_after(5):
                await first.has_begun.wait()
                await second.has_begun.wait()
            first.let_go()
            second.let_go()


async def test_a_ping_is_a_commit_that_reaches_the_disk(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        before = store.facts()

        await store.ping()

        after = store.facts()
        assert after.commits == before.commits + 1
        assert after.wal_bytes > before.wal_bytes


async def test_the_facts_count_what_was_done(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        async with writer_held(store) as nursery:
            for title in "abc":
                nursery.start_soon(add_to, store, title)
            await wait_all_tasks_blocked()
            assert store.facts().queued == 3

        facts = store.facts()
        assert (facts.queued, facts.commits, facts.jobs) == (0, 2, 4)
        assert facts.commit_latency.count == 2
        assert facts.commit_latency.buckets[-1] == (float("inf"), 2)
        assert 0 < facts.commit_latency.sum < 60
        assert facts.database_bytes > 0
        assert facts.last_error is None


async def test_integrity_is_unchecked_until_somebody_looks(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        assert store.facts().integrity == "unchecked"

        await store.check_integrity()

        assert store.facts().integrity == "ok"


async def test_looking_for_damage_holds_up_nobody_and_ends_in_time(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        await store.write(lambda db: [add(db, f"{number}") for number in range(20_000)])
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.check_integrity)
            await wait_all_tasks_blocked()
            await store.ping()

        assert store.facts().integrity == "ok"
        assert (await store.check_integrity(seconds=0)).startswith("unchecked: ")
        with trio.CancelScope() as scope:
            scope.cancel()
            await store.check_integrity()
        assert not store.facts().is_damaged


async def test_damage_once_met_is_not_forgotten(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        with pytest.raises(sqlite3.DatabaseError):
            await store.read(meet_damage)

        assert (await store.check_integrity()) == "failed: met"


def meet_damage(_: sqlite3.Connection) -> None:
    error = sqlite3.DatabaseError("met")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    raise error


async def test_damage_that_a_job_meets_becomes_a_fact(tmp_path: Path):
    path = tmp_path / "library.db"
    async with open_store(path, LIBRARY) as store:
        await store.write(lambda connection: [add(connection, "x" * 500) for _ in range(200)])
    with path.open("r+b") as file:
        file.seek(-4 * 4096, os.SEEK_END)
        file.write(b"\xff" * 4 * 4096)

    async with open_store(path, LIBRARY) as store:
        with pytest.raises(sqlite3.DatabaseError):
            await store.read(titles)

        assert store.facts().integrity.startswith("failed: ")
        assert (await store.check_integrity()).startswith("failed: ")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
async def test_only_the_owner_may_touch_the_files_whatever_the_umask(tmp_path: Path, umask: int):
    path = tmp_path / "library.db"
    before = os.umask(umask)
    try:
        async with open_store(path, LIBRARY) as store:
            await store.write(add, "Emma")
            modes = modes_in(tmp_path)
    finally:
        os.umask(before)

    assert modes == {"library.db": 0o600, "library.db-wal": 0o600, "library.db-shm": 0o600}


async def test_a_path_with_odd_characters_is_a_path(tmp_path: Path):
    path = tmp_path / "a b?mode=ro#%20.db"

    async with open_store(path, LIBRARY) as store:
        await store.write(add, "Emma")

    assert path.exists()


async def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    content = path.read_bytes()

    with pytest.raises(ForeignDatabase, match="another program"):
        async with open_store(path, LIBRARY):
            pass

    assert path.read_bytes() == content


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear Emma, " * 1000)

    with pytest.raises(ForeignDatabase, match="no SQLite database"):
        async with open_store(path, LIBRARY):
            pass

    assert path.read_text() == "Dear Emma, " * 1000
    assert not our_threads()


async def test_who_kept_the_store_is_refused_after_it_closed(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        pass

    with pytest.raises(Unavailable):
        await store.write(add, "Emma")
    with pytest.raises(Unavailable):
        await store.read(titles)


async def test_the_log_is_folded_in_when_the_store_closes(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        await store.write(add, "Emma")

    assert modes_in(tmp_path) == {"library.db": 0o600}


async def test_the_connections_are_as_durable_and_strict_as_promised(tmp_path: Path):
    def settings(connection: sqlite3.Connection) -> list[int | str]:
        names = ("journal_mode", "synchronous", "foreign_keys", "query_only")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        assert await store.write(settings) == ["wal", 2, 1, 0]
        assert (await store.read(settings))[2:] == [1, 1]


def modes_in(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("store ")]
