"""Trio services as children: ready when they say so, stopped by an event."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Restart, Serving, task

from .families import AN_HOUR, Journal, find, names, tree_of, witness

Status = trio.TaskStatus[None]


def service(
    journal: Journal, *, starts_in: float = 0, stops_in: float = 0, falls_in: float = AN_HOUR
) -> Serving:
    async def serve(*, stopping: trio.Event, task_status: Status) -> None:
        await trio.sleep(starts_in)
        journal.append("ready")
        task_status.started()
        with trio.move_on_after(falls_in):
            await stopping.wait()
            journal.append("told to stop")
            await trio.sleep(stops_in)
            journal.append("stopped")
            return
        raise ValueError("fell")

    return serve


async def never_ready(*, stopping: trio.Event, task_status: Status) -> None:
    await trio.sleep(1)


async def test_a_task_is_up_when_it_says_so(autojump_clock: MockClock):
    journal: Journal = []
    slow = task("slow", service(journal, starts_in=3))
    async with tree_of() as tree, trio.open_nursery() as nursery:
        nursery.start_soon(tree.start_child, slow)
        await trio.sleep(2)
        before = find(tree.snapshot(), "slow").status
        await trio.sleep(2)

        assert ("starting", "up") == (before, find(tree.snapshot(), "slow").status)


async def test_who_comes_after_a_task_starts_when_it_is_ready(autojump_clock: MockClock):
    journal: Journal = []
    async with tree_of(task("slow", service(journal, starts_in=3)), witness("next", journal)):
        assert ["ready", "next up"] == journal


async def test_a_task_that_never_says_it_started_failed_to_start(autojump_clock: MockClock):
    async with tree_of() as tree:
        with pytest.raises(RuntimeError, match="mute"):
            await tree.start_child(task("mute", never_ready))

        assert [] == names(tree.snapshot())


async def test_a_task_that_never_says_it_started_fails_the_first_start(autojump_clock: MockClock):
    journal: Journal = []
    with pytest.raises(RuntimeError, match="mute"):
        async with tree_of(witness("a", journal), task("mute", never_ready)):
            journal.append("inside")

    assert ["a up", "a gone"] == journal


async def test_a_task_asked_to_stop_sees_the_event_and_has_its_grace(autojump_clock: MockClock):
    journal: Journal = []
    async with tree_of(task("served", service(journal, stops_in=2), grace=3)):
        began = trio.current_time()

    assert ["ready", "told to stop", "stopped"] == journal
    assert 2 == pytest.approx(trio.current_time() - began)


async def test_a_task_that_outstays_its_grace_is_cancelled(autojump_clock: MockClock):
    journal: Journal = []
    async with tree_of(task("served", service(journal, stops_in=9), grace=3)):
        began = trio.current_time()

    assert ["ready", "told to stop"] == journal
    assert 3 == pytest.approx(trio.current_time() - began)


@pytest.mark.parametrize(
    ("restart", "lives"), [("permanent", 2), ("transient", 2), ("temporary", 1)]
)
async def test_a_task_that_falls_is_restarted_by_its_kind(
    autojump_clock: MockClock, restart: Restart, lives: int
):
    journal: Journal = []
    async with tree_of(task("brittle", service(journal, falls_in=10), restart=restart)):
        await trio.sleep(15)

        assert lives == journal.count("ready")


async def test_every_life_of_a_task_has_an_event_of_its_own(autojump_clock: MockClock):
    journal: Journal = []
    serving = task("served", service(journal))
    async with tree_of(serving, witness("b", []), strategy="one_for_all") as tree:
        await tree.stop_child(serving)
        await tree.start_child(serving)
        await wait_all_tasks_blocked()

        assert ["ready", "told to stop", "stopped", "ready"] == journal
