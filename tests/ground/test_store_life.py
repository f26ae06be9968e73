"""Cancellation, back-pressure and the end of the store."""

import sqlite3
import threading
from pathlib import Path

import pytest
import trio
from outcome import Error, Outcome
from trio.testing import wait_all_tasks_blocked

from actors import Unavailable
from rdvd.ground.store import Store, open_store

from .books import LIBRARY, Hold, add, add_to, outcome_of, titles, writer_held


async def test_a_cancelled_caller_withdraws_what_has_not_begun(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        async with writer_held(store):
            with trio.move_on_after(0) as scope:
                await store.write(add, "never")
            with trio.CancelScope() as later:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(add_to, store, "never either")
                    await wait_all_tasks_blocked()
                    later.cancel()

        assert scope.cancelled_caught
        assert later.cancelled_caught
        assert await store.read(titles) == []


async def test_a_cancelled_caller_waits_for_the_truth_about_what_has_begun(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        hold, answers = Hold(), list[int]()

        def hold_and_add(connection: sqlite3.Connection) -> int:
            hold(connection)
            return add(connection, "Emma")

        async def caller() -> None:
            with trio.CancelScope() as scope:
                scopes.append(scope)
                answers.append(await store.write(hold_and_add))
            assert not scope.cancelled_caught

        scopes: list[trio.CancelScope] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(caller)
            await hold.has_begun.wait()
            scopes[0].cancel()
            await wait_all_tasks_blocked()
            assert answers == []
            hold.let_go()

        assert answers == [1]
        assert await store.read(titles) == ["Emma"]


async def test_a_cancelled_read_that_has_not_begun_is_withdrawn(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        first, second = Hold(), Hold()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.read, first)
            nursery.start_soon(store.read, second)
            await first.has_begun.wait()
            await second.has_begun.wait()
            with trio.move_on_after(0) as scope:
                await store.read(titles)
            first.let_go()
            second.let_go()

        assert scope.cancelled_caught
        assert await store.read(titles) == []


async def test_a_full_queue_makes_callers_wait_and_lets_them_in_in_order(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY, queue=3) as store:
        async with writer_held(store) as nursery:
            for number in range(10):
                nursery.start_soon(add_to, store, str(number))
                await wait_all_tasks_blocked()
            assert store.facts().queued == 10

        assert await store.read(titles) == [str(number) for number in range(10)]
        assert store.facts().commits > 2  # not all at once: two were inside, eight outside


async def test_callers_that_leave_give_their_places_back(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY, queue=2) as store:
        async with writer_held(store) as nursery:
            with trio.CancelScope() as leaving:
                async with trio.open_nursery() as crowd:
                    for _ in range(20):
                        crowd.start_soon(add_to, store, "never")
                    await wait_all_tasks_blocked()
                    leaving.cancel()
            assert store.facts().queued == 1  # the only one that was inside; nobody keeps the rest
            nursery.start_soon(add_to, store, "Emma")

        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                for _ in range(5):
                    nursery.start_soon(add_to, store, "Persuasion")
        assert await store.read(titles) == ["Emma"] + ["Persuasion"] * 5


async def test_what_was_accepted_is_finished_before_the_store_closes(tmp_path: Path):
    path, outcomes = tmp_path / "library.db", list[Outcome[int]]()
    async with trio.open_nursery() as callers, open_store(path, LIBRARY, queue=5) as store:
        hold = Hold()
        callers.start_soon(store.write, hold)
        await hold.has_begun.wait()
        for number in range(10):
            callers.start_soon(write_into, store, str(number), outcomes)
            await wait_all_tasks_blocked()
        callers.start_soon(_let_go_once_blocked, hold)

    refused = [each for each in outcomes if isinstance(each, Error)]
    assert len(outcomes) == 10
    assert [type(each.error) for each in refused] == [Unavailable] * 6
    async with open_store(path, LIBRARY) as store:
        assert await store.read(titles) == ["0", "1", "2", "3"]


async def write_into(store: Store, title: str, outcomes: list[Outcome[int]]) -> None:
    await outcome_of(store.write, add, title, into=outcomes)


async def _let_go_once_blocked(hold: Hold) -> None:
    await wait_all_tasks_blocked()
    hold.let_go()


@pytest.mark.parametrize("leave", ["normally", "by an error", "by cancellation"])
async def test_no_thread_outlives_the_store_however_it_is_left(leave: str, tmp_path: Path):
    with trio.CancelScope() as scope:
        try:
            async with open_store(tmp_path / "library.db", LIBRARY) as store:
                await store.write(add, "Emma")
                assert len(our_threads()) == 3
                if leave == "by an error":
                    raise KeyError("oops")
                if leave == "by cancellation":
                    scope.cancel()
                    await trio.lowlevel.checkpoint()
        except KeyError:
            assert leave == "by an error"

    assert our_threads() == []


async def test_no_thread_outlives_a_store_that_is_cancelled_while_it_opens(tmp_path: Path):
    with trio.CancelScope() as scope:
        scope.cancel()
        async with open_store(tmp_path / "library.db", LIBRARY):
            await trio.lowlevel.checkpoint()

    assert scope.cancelled_caught
    assert our_threads() == []


async def test_a_lock_of_another_program_is_an_answer_and_no_hang(tmp_path: Path):
    path = tmp_path / "library.db"
    async with open_store(path, LIBRARY) as store:
        await store.write(lambda connection: connection.execute("PRAGMA busy_timeout = 1").close())
        intruder = sqlite3.connect(path, isolation_level=None)
        intruder.execute("BEGIN IMMEDIATE")

        with pytest.raises(Unavailable, match="locked"):
            await store.write(add, "Emma")
        assert store.facts().last_error == "OperationalError: database is locked"
        intruder.close()

        await store.write(add, "Emma")
        assert store.facts().last_error is None


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("store ")]
