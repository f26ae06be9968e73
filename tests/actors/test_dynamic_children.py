"""Children that are started and stopped while their supervisor runs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Actor, Restart, Supervisor, Unavailable, actor, run
from actors.testing import crash

from .families import (
    AN_HOUR,
    EXACT,
    Journal,
    Witness,
    find,
    names,
    slow_leaver,
    slow_starter,
    told_by,
    tree_of,
    witness,
)


class Stillborn(Actor):
    def __init__(self, error: Exception) -> None:
        self._error = error

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        await trio.sleep(1)
        raise self._error
        yield

    async def anything(self) -> None:
        raise AssertionError("it was never up")


async def test_start_child_returns_when_the_child_is_up(autojump_clock: MockClock):
    journal: Journal = []
    gate = trio.Event()
    guest = slow_starter("guest", journal, gate)
    async with tree_of(witness("a", []), witness("b", [])) as tree, trio.open_nursery() as nursery:

        async def start() -> None:
            ref = await tree.start_child(guest)
            journal.append("returned")
            await ref.call(Witness.note, "served")

        nursery.start_soon(start)
        await wait_all_tasks_blocked()
        journal.append("gate opens")
        gate.set()
        await wait_all_tasks_blocked()

        assert "guest starts, gate opens, guest up, returned, guest served" == ", ".join(journal)
        assert ["a", "b", "guest"] == names(tree.snapshot())


async def test_a_failed_start_reaches_who_asked_and_leaves_no_child(autojump_clock: MockClock):
    error = ValueError("no such thing")
    guest = actor("guest", lambda: Stillborn(error))
    async with tree_of(witness("a", [])) as tree:
        with pytest.raises(ValueError, match="no such thing") as caught:
            await tree.start_child(guest)

        assert error is caught.value
        assert ["a"] == names(tree.snapshot())
        with pytest.raises(Unavailable):
            await guest.ref.call(Stillborn.anything)


async def test_a_start_whose_asker_has_left_leaves_no_child(autojump_clock: MockClock):
    journal: Journal = []
    guest = slow_starter("guest", journal, trio.Event())
    async with tree_of(witness("a", [])) as tree:
        with trio.move_on_after(3) as patience:
            await tree.start_child(guest)
        await wait_all_tasks_blocked()

        assert patience.cancelled_caught
        assert ["guest starts", "guest gone"] == journal
        assert ["a"] == names(tree.snapshot())
        await tree.start_child(witness("another", journal))


async def test_a_start_whose_asker_has_left_before_its_turn_does_not_happen(
    autojump_clock: MockClock,
):
    journal: Journal = []
    gate = trio.Event()
    async with tree_of() as tree, trio.open_nursery() as nursery:
        nursery.start_soon(tree.start_child, slow_starter("first", journal, gate))
        await wait_all_tasks_blocked()
        with trio.move_on_after(3):
            await tree.start_child(witness("second", journal))
        gate.set()
        await wait_all_tasks_blocked()

        assert [] == told_by("second", journal)
        assert ["first"] == names(tree.snapshot())


@pytest.mark.parametrize("restart", ["permanent", "transient", "temporary"])
@pytest.mark.parametrize("is_declared", [True, False])
async def test_stop_child_ends_a_child_for_good(
    autojump_clock: MockClock, restart: Restart, is_declared: bool
):
    journal: Journal = []
    child = witness("a", journal, restart=restart)
    async with tree_of(*([child] if is_declared else [])) as tree:
        if not is_declared:
            await tree.start_child(child)

        await tree.stop_child(child)
        journal.append("returned")
        await child.ref.wait_stopped()
        await trio.sleep(AN_HOUR)

        assert ["a up", "a gone", "returned"] == journal
        with pytest.raises(Unavailable):
            await child.ref.call(Witness.leave)


async def test_stop_child_lets_the_message_in_hand_finish_and_refuses_the_rest(
    autojump_clock: MockClock,
):
    journal: Journal = []
    child = witness("a", journal)
    release = trio.Event()
    async with tree_of(child) as tree, trio.open_nursery() as nursery:
        child.ref.cast(Witness.hold, release)
        child.ref.cast(Witness.note, "never said")
        nursery.start_soon(tree.stop_child, child)
        await wait_all_tasks_blocked()
        release.set()
        await child.ref.wait_stopped()

        assert ["up", "holds", "let go", "gone"] == told_by("a", journal)


async def test_stop_child_forgets_a_restart_that_was_due(autojump_clock: MockClock):
    journal: Journal = []
    child = witness("a", journal)
    async with tree_of(child) as tree, trio.open_nursery() as nursery:
        await crash(child.ref)
        nursery.start_soon(crash, child.ref)
        await wait_all_tasks_blocked()
        assert "waiting" == find(tree.snapshot(), "a").status

        await tree.stop_child(child)
        await trio.sleep(AN_HOUR)

        assert ["up", "gone", "up", "gone"] == told_by("a", journal)


async def test_stopping_a_child_that_is_not_here_returns_at_once(autojump_clock: MockClock):
    guest = witness("guest", [])
    async with tree_of() as tree:
        await tree.start_child(guest)
        await tree.stop_child(guest)
        began = trio.current_time()

        await tree.stop_child(guest)

        assert began == trio.current_time()


async def test_dynamic_children_leave_the_list_when_they_end(autojump_clock: MockClock):
    declared = witness("declared", [], restart="transient")
    guest = witness("guest", [], restart="transient")
    async with tree_of(declared) as tree:
        await tree.start_child(guest)
        for child in (declared, guest):
            await child.ref.call(Witness.leave)
            await child.ref.wait_stopped()

        places = [(node.name, node.status) for node in tree.snapshot().children]
        assert [("declared", "down")] == places


async def test_a_dynamic_child_that_crashes_is_restarted_in_its_place(autojump_clock: MockClock):
    first, second = witness("first", []), witness("second", [])
    async with tree_of() as tree:
        await tree.start_child(first)
        await tree.start_child(second)

        await crash(first.ref)

        places = [(node.name, node.restarts) for node in tree.snapshot().children]
        assert [("first", 1), ("second", 0)] == places


async def test_wait_stopped_ignores_restarts(autojump_clock: MockClock):
    journal: Journal = []
    child = witness("a", [], restart="transient")
    async with tree_of(child), trio.open_nursery() as nursery:

        async def watch() -> None:
            await child.ref.wait_stopped()
            journal.append("stopped")

        nursery.start_soon(watch)
        await wait_all_tasks_blocked()
        await crash(child.ref)
        await crash(child.ref)
        await wait_all_tasks_blocked()
        assert [] == journal

        await child.ref.call(Witness.leave)
        await wait_all_tasks_blocked()

        assert ["stopped"] == journal


async def test_a_supervisor_that_does_not_run_refuses_changes(autojump_clock: MockClock):
    declared = slow_leaver("a", [], seconds=3)
    guest = witness("guest", [])
    root = Supervisor("root", declared, patience=EXACT)

    async def is_refused() -> None:
        with pytest.raises(Unavailable):
            await root.start_child(guest)
        with pytest.raises(Unavailable):
            await root.stop_child(declared)

    with trio.fail_after(AN_HOUR):
        await is_refused()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, root)
            await wait_all_tasks_blocked()
            root.stop()
            await wait_all_tasks_blocked()
            assert "stopping" == find(root.snapshot(), "a").status
            await is_refused()
        await is_refused()


async def test_changes_asked_for_before_a_stop_are_answered(autojump_clock: MockClock):
    journal: Journal = []
    gate = trio.Event()
    async with tree_of() as tree, trio.open_nursery() as nursery:

        async def is_refused(name: str) -> None:
            with pytest.raises(Unavailable):
                await tree.start_child(slow_starter(name, journal, gate))
            journal.append(f"{name} refused")

        for name in ("first", "second"):
            nursery.start_soon(is_refused, name)
            await wait_all_tasks_blocked()

        tree.stop()
        await wait_all_tasks_blocked()

        assert ["gone", "refused", "starts"] == sorted(told_by("first", journal))
        assert ["refused"] == told_by("second", journal)


async def test_a_stop_child_that_meets_a_stop_is_answered(autojump_clock: MockClock):
    journal: Journal = []
    leaver = slow_leaver("a", journal)
    async with tree_of(leaver) as tree, trio.open_nursery() as nursery:

        async def ask() -> None:
            with suppress(Unavailable):
                await tree.stop_child(leaver)
            journal.append("answered")

        nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        tree.stop()
        await trio.sleep(AN_HOUR)

        assert "answered" in journal


async def test_two_starts_at_once_happen_one_after_the_other(autojump_clock: MockClock):
    journal: Journal = []
    async with tree_of() as tree:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tree.start_child, witness("a", journal))
            nursery.start_soon(tree.start_child, witness("b", journal))

        assert ["a up", "b up"] == sorted(journal)
        assert ["a", "b"] == sorted(names(tree.snapshot()))


async def test_a_name_that_is_taken_is_refused_and_its_owner_unharmed(autojump_clock: MockClock):
    journal: Journal = []
    async with tree_of(witness("a", journal)) as tree:
        with pytest.raises(ValueError, match="a"):
            await tree.start_child(witness("a", journal))
        await wait_all_tasks_blocked()

        assert ["a up"] == journal
        assert ["a"] == names(tree.snapshot())
