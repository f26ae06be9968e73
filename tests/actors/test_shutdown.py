"""How a tree ends: in reverse, politely, bounded by everybody's grace."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Ref, Strategy, Supervisor, Unavailable, actor, run
from actors.testing import crash

from .families import (
    AN_HOUR,
    Journal,
    SlowLeaver,
    Witness,
    find,
    hold,
    slow_leaver,
    slow_starter,
    told_by,
    tree_of,
    witness,
)

IN_REVERSE = ["c leaves", "c gone", "b leaves", "b gone", "a leaves", "a gone"]


class Debtor(Witness):
    """Says goodbye by a call to somebody who was there before."""

    def __init__(self, name: str, journal: Journal, creditor: Ref[Witness]) -> None:
        super().__init__(name, journal)
        self.creditor = creditor

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self.creditor.call(Witness.note, f"thanks {self.name}")


class BadLeaver(Witness):
    """Does not get through its goodbye."""

    def __init__(self, name: str, journal: Journal, error: BaseException) -> None:
        super().__init__(name, journal)
        self.error = error

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        yield
        raise self.error


async def running_since_now(nursery: trio.Nursery, root: Supervisor) -> None:
    nursery.start_soon(run, root)
    await wait_all_tasks_blocked()


async def test_children_stop_in_reverse_order_one_by_one(autojump_clock: MockClock):
    journal: Journal = []
    a, b, c = (slow_leaver(name, journal) for name in "abc")
    async with tree_of(a, Supervisor("inner", b), c):
        pass

    assert IN_REVERSE == journal[3:]


async def test_an_actor_asked_to_stop_finishes_its_message_and_takes_no_other(
    autojump_clock: MockClock,
):
    journal: Journal = []
    child = witness("a", journal)
    release = trio.Event()
    async with tree_of(child) as tree, trio.open_nursery() as nursery:

        async def ask(what: str) -> None:
            with pytest.raises(Unavailable):
                await child.ref.call(Witness.note, what)
            journal.append(f"{what} refused")

        nursery.start_soon(hold, child, release)
        await wait_all_tasks_blocked()
        nursery.start_soon(ask, "before")
        await wait_all_tasks_blocked()
        tree.stop()
        await wait_all_tasks_blocked()
        nursery.start_soon(ask, "after")
        await wait_all_tasks_blocked()
        release.set()

    assert ["up", "holds", "let go", "gone"] == told_by("a", journal)
    assert ["after refused", "before refused"] == sorted(set(journal) - {*journal[:4]})


async def test_an_earlier_child_still_answers_a_later_ones_goodbye(autojump_clock: MockClock):
    journal: Journal = []
    a, b = witness("a", journal), witness("b", journal)
    last = actor("c", lambda: Debtor("c", journal, a.ref))
    async with tree_of(a, Supervisor("inner", b, last)):
        pass

    assert ["a thanks c", "b gone", "a gone"] == journal[2:]


async def test_a_child_that_outstays_its_grace_is_cancelled(autojump_clock: MockClock):
    journal: Journal = []
    child = witness("a", journal, grace=3)
    async with tree_of(child):
        child.ref.cast(Witness.work, AN_HOUR)
        await wait_all_tasks_blocked()
        began = trio.current_time()

    assert 3 == pytest.approx(trio.current_time() - began)
    assert ["a up", "a gone"] == journal


async def test_message_and_goodbye_together_have_one_grace(autojump_clock: MockClock):
    journal: Journal = []
    child = slow_leaver("a", journal, seconds=AN_HOUR, grace=3)
    async with tree_of(child):
        child.ref.cast(Witness.work, 2)
        await wait_all_tasks_blocked()
        began = trio.current_time()

    assert 3 == pytest.approx(trio.current_time() - began)
    assert ["up", "leaves", "gone"] == told_by("a", journal)


async def test_a_call_in_a_message_that_outstays_its_grace_is_refused(autojump_clock: MockClock):
    child = witness("a", [], grace=3)
    root = Supervisor("root", child)
    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            await running_since_now(nursery, root)
            root_stops = trio.current_time() + 1
            nursery.start_soon(stop_at, root, root_stops)
            with pytest.raises(Unavailable):
                await child.ref.call(Witness.work, AN_HOUR)

    assert root_stops + 3 == pytest.approx(trio.current_time())


async def stop_at(root: Supervisor, when: float) -> None:
    await trio.sleep_until(when)
    root.stop()


async def test_a_cancellation_from_outside_stops_the_tree_in_order(autojump_clock: MockClock):
    journal: Journal = []
    a, b, c = (slow_leaver(name, journal) for name in "abc")
    root = Supervisor("root", a, Supervisor("inner", b), c)
    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            await running_since_now(nursery, root)
            c.ref.cast(SlowLeaver.work, 1)
            await wait_all_tasks_blocked()
            began = trio.current_time()

            nursery.cancel_scope.cancel()

    assert IN_REVERSE == journal[3:]
    assert 4 == pytest.approx(trio.current_time() - began)


@pytest.mark.parametrize("was_asked_politely", [False, True])
async def test_hurry_waits_for_nobodys_grace(autojump_clock: MockClock, was_asked_politely: bool):
    journal: Journal = []
    a, b, c = (slow_leaver(name, journal, seconds=AN_HOUR, grace=AN_HOUR) for name in "abc")
    async with tree_of(a, Supervisor("inner", b), c) as tree:
        b.ref.cast(SlowLeaver.work, AN_HOUR)
        await wait_all_tasks_blocked()
        if was_asked_politely:
            tree.stop()
            await trio.sleep(100)
        began = trio.current_time()

        tree.hurry()
        await a.ref.wait_stopped()

        assert began == trio.current_time()
        assert {"a gone", "b gone", "c gone"} <= set(journal)


async def test_hurry_reaches_the_one_that_is_only_starting(autojump_clock: MockClock):
    journal: Journal = []
    root = Supervisor("root", witness("a", journal), slow_starter("b", journal, trio.Event()))
    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            await running_since_now(nursery, root)

            root.hurry()

    assert ["a up", "b starts", "a gone", "b gone"] == [*journal[:2], *sorted(journal[2:])]


async def test_a_stop_during_the_first_start_stops_what_is_up(autojump_clock: MockClock):
    journal: Journal = []
    root = Supervisor(
        "root",
        witness("a", journal),
        slow_starter("b", journal, trio.Event()),
        witness("c", journal),
    )
    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            await running_since_now(nursery, root)
            began = trio.current_time()

            root.stop()

    assert ["a up", "b starts", "b gone", "a gone"] == journal
    assert began == trio.current_time()


async def test_a_crash_during_shutdown_does_not_stop_the_shutdown(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
):
    journal: Journal = []
    a = witness("a", journal)
    bad = actor("bad", lambda: BadLeaver("bad", journal, ValueError("no goodbye")))
    async with tree_of(a, bad, witness("c", journal)):
        pass

    assert ["a up", "c up", "c gone", "a gone"] == journal
    assert [("crashed", "test/bad")] == [
        (record.getMessage(), vars(record)["place"])
        for record in caplog.records
        if record.levelname == "ERROR"
    ]


async def test_an_exit_during_shutdown_leaves_the_tree_after_the_shutdown(
    autojump_clock: MockClock,
):
    journal: Journal = []
    a = witness("a", journal)
    bad = actor("bad", lambda: BadLeaver("bad", journal, SystemExit(3)))
    root = Supervisor("root", Supervisor("inner", a, bad), witness("c", journal))
    left: list[BaseException] = []

    async def run_it() -> None:
        try:
            await run(root)
        except* SystemExit as group:
            left.extend(group.exceptions)

    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run_it)
            await wait_all_tasks_blocked()
            root.stop()

    assert ["a up", "c up", "c gone", "a gone"] == journal
    assert 1 == len(left)


async def test_every_place_is_down_after_a_shutdown(autojump_clock: MockClock):
    a, b = witness("a", []), witness("b", [])
    async with tree_of(a, Supervisor("inner", b)) as tree:
        pass

    assert ["down"] * 3 == [find(tree.snapshot(), name).status for name in ("a", "inner", "b")]


@pytest.mark.parametrize("strategy", ["one_for_all", "rest_for_one"])
async def test_a_stop_during_a_group_restart_brings_nobody_back(
    autojump_clock: MockClock, strategy: Strategy
):
    journal: Journal = []
    a, b = witness("a", journal), witness("b", journal)
    release = trio.Event()
    async with tree_of(b, a, strategy=strategy) as tree, trio.open_nursery() as nursery:
        a.ref.cast(Witness.hold, release)
        nursery.start_soon(crash, b.ref)
        await wait_all_tasks_blocked()

        tree.stop()
        release.set()
        await b.ref.wait_stopped()

        assert ["b up", "a up", "a holds", "b gone", "a let go", "a gone"] == journal
