"""Casts: they land or raise, and what has landed does not disappear."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Unavailable, actor

from .small import Doer, alive, ask, doer, failing, idle, noting, sleeping, waiting


async def test_a_cast_lands_or_raises_when_the_mailbox_is_full(autojump_clock: MockClock):
    diary: list[str] = []
    gate = trio.Event()
    child = actor("child", Doer, capacity=2)

    async with alive(child):
        child.ref.cast(Doer.do, waiting(gate))
        await wait_all_tasks_blocked()
        child.ref.cast(Doer.do, noting(diary, "first"))
        child.ref.cast(Doer.do, noting(diary, "second"))
        with pytest.raises(Unavailable):
            child.ref.cast(Doer.do, noting(diary, "too much"))
        gate.set()
        await child.ref.call(Doer.do, idle)

    assert ["first", "second"] == diary


async def test_a_cast_does_not_overtake_calls_that_wait_for_room(autojump_clock: MockClock):
    diary: list[str] = []
    child = actor("child", Doer, capacity=1)

    async with alive(child), trio.open_nursery() as nursery:
        child.ref.cast(Doer.do, sleeping(1))
        for word in ("queued", "waits for room"):
            await wait_all_tasks_blocked()
            nursery.start_soon(ask, child.ref, noting(diary, word))
        await wait_all_tasks_blocked()
        with pytest.raises(Unavailable):
            child.ref.cast(Doer.do, noting(diary, "cast"))

    assert ["queued", "waits for room"] == diary


def test_a_cast_to_a_place_that_was_never_started_raises():
    with pytest.raises(Unavailable):
        doer().ref.cast(Doer.do, idle)


async def test_a_cast_to_a_place_that_is_down_raises(autojump_clock: MockClock):
    child = doer()

    async with alive(child) as tree:
        await tree.stop_child(child)

        with pytest.raises(Unavailable):
            child.ref.cast(Doer.do, idle)


async def test_a_cast_to_a_place_that_waits_for_its_restart_lands(autojump_clock: MockClock):
    diary: list[str] = []
    child = doer()

    async with alive(child) as tree:
        child.ref.cast(Doer.do, failing(ValueError("first, restarted at once")))
        child.ref.cast(Doer.do, failing(ValueError("second, restarted after 0.1 s")))
        await wait_all_tasks_blocked()
        status = tree.snapshot().children[0].status
        child.ref.cast(Doer.do, noting(diary, "landed"))
        await child.ref.call(Doer.do, idle)

    assert ("waiting", ["landed"]) == (status, diary)


async def test_a_cast_that_landed_in_a_place_that_then_closes_is_logged(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
):
    child = doer("child")

    async with alive(child) as tree:
        child.ref.cast(Doer.do, sleeping(1))
        await wait_all_tasks_blocked()
        child.ref.cast(Doer.do, idle)
        await tree.stop_child(child)

    refused = [vars(record)["place"] for record in caplog.records if record.msg == "refused_cast"]
    assert ["test/child"] == refused
