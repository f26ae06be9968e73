"""Jobs that share a transaction: what one of them does, the others never notice."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import trio
from outcome import Error, Outcome, Value

from rdvd.ground.errors import Conflict
from rdvd.ground.store import Store, open_store

from .books import LIBRARY, add, outcome_of, titles, writer_held

Job = Callable[[sqlite3.Connection], int]


def add_two_and_refuse(connection: sqlite3.Connection) -> int:
    add(connection, "half done")
    add(connection, "half done too")
    raise Conflict("changed my mind")


def commit(connection: sqlite3.Connection) -> int:
    add(connection, "committed by hand")
    connection.commit()
    return 0


def commit_as_text(connection: sqlite3.Connection) -> int:
    add(connection, "committed by hand")
    connection.execute("COMMIT")
    return 0


def commit_by_block(connection: sqlite3.Connection) -> int:
    with connection:
        return add(connection, "committed by hand")


def roll_all_back(connection: sqlite3.Connection) -> int:
    add(connection, "rolled back", 500)
    connection.execute("INSERT OR ROLLBACK INTO book VALUES (500, 'again')")
    return 0


def roll_all_back_and_hide_it(connection: sqlite3.Connection) -> int:
    with suppress(sqlite3.IntegrityError):
        roll_all_back(connection)
    return 0


def lend_what_is_not_there(connection: sqlite3.Connection) -> int:
    connection.execute("INSERT INTO loan VALUES (404)")
    return 0


MISDEEDS: tuple[tuple[Job, type[BaseException]], ...] = (
    (add_two_and_refuse, Conflict),
    (commit, sqlite3.DatabaseError),
    (commit_as_text, sqlite3.DatabaseError),
    (commit_by_block, sqlite3.DatabaseError),
    (roll_all_back, sqlite3.IntegrityError),
    (roll_all_back_and_hide_it, RuntimeError),
    (lend_what_is_not_there, sqlite3.IntegrityError),
)


@pytest.mark.parametrize(("misdeed", "error"), MISDEEDS)
async def test_a_job_that_fails_is_undone_alone(
    misdeed: Job, error: type[BaseException], tmp_path: Path
):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        before, bad, after = await run_in_one_batch(
            store, partial(add, title="before"), misdeed, partial(add, title="after")
        )

        assert isinstance(before, Value)
        assert isinstance(bad, Error)
        assert isinstance(bad.error, error)
        assert isinstance(after, Value)
        assert await store.read(titles) == ["before", "after"]
        assert store.facts().last_error is None


async def test_several_jobs_that_destroy_the_transaction_leave_the_others_done_once(
    tmp_path: Path,
):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        jobs: list[Job] = [
            roll_all_back,
            partial(add, title="a"),
            roll_all_back,
            lend_what_is_not_there,
        ]

        results = await run_in_one_batch(store, *jobs, partial(add, title="b"), roll_all_back)

        assert [isinstance(result, Value) for result in results] == [0, 1, 0, 0, 1, 0]
        assert await store.read(titles) == ["a", "b"]


async def test_what_waits_is_committed_together(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        await run_in_one_batch(store, *[partial(add, title="x")] * 100)

        assert store.facts().commits == 2  # the one that held the writer, and all the rest
        assert len(await store.read(titles)) == 100


async def test_a_batch_has_a_largest_size(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        await run_in_one_batch(store, *[partial(add, title="x")] * 600)

        assert store.facts().commits == 1 + 3
        assert store.facts().jobs == 601


async def test_writes_of_one_caller_happen_in_order(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        for number in range(50):
            await store.write(add, str(number))

        assert await store.read(titles) == [str(number) for number in range(50)]


async def run_in_one_batch(store: Store, *jobs: Job) -> list[Outcome[int]]:
    """The outcomes in the order of the jobs."""
    outcomes: list[list[Outcome[int]]] = [[] for _ in jobs]
    with trio.fail_after(10):
        async with writer_held(store) as nursery:
            for job, into in zip(jobs, outcomes, strict=True):
                nursery.start_soon(lambda j=job, i=into: outcome_of(store.write, j, into=i))
                await trio.lowlevel.checkpoint()
    return [each for (each,) in outcomes]
