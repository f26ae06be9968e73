"""What the prototype fell into, and must not fall into again."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Patience, Supervisor, Unavailable, actor, run, task
from actors.testing import crash

from .families import (
    AN_HOUR,
    EXACT,
    Journal,
    Witness,
    find,
    hold,
    slow_leaver,
    told_by,
    tree_of,
    witness,
)

NO_LIMIT = Patience(restarts=10_000, first_delay=0, jitter=0)


class ShieldedStarter(Witness):
    """Cannot be kept from becoming ready."""

    def __init__(self, name: str, journal: Journal, gate: trio.Event) -> None:
        super().__init__(name, journal)
        self.gate = gate

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        with trio.CancelScope(shield=True):
            await self.gate.wait()
        self.tell("up")
        try:
            yield
        finally:
            self.tell("gone")


class Wrapper(Witness):
    """Lets everything fall in a nursery of its own."""

    async def fall_with(self, *errors: BaseException) -> None:
        async def fall(error: BaseException) -> None:
            raise error

        async with trio.open_nursery() as outer, trio.open_nursery() as inner:
            outer.start_soon(trio.sleep_forever)
            for error in errors:
                inner.start_soon(fall, error)


@pytest.mark.parametrize("order", ["ab", "ba"])
async def test_a_stale_exit_notice_does_not_restart_the_heir(autojump_clock: MockClock, order: str):
    journal: Journal = []
    children = {name: witness(name, journal) for name in "ab"}
    async with tree_of(*children.values(), strategy="one_for_all") as tree:
        for name in order:
            children[name].ref.cast(Witness.fall)
        await trio.sleep(AN_HOUR)

        assert ["up", "gone", "up"] == told_by("a", journal)
        assert ["up", "gone", "up"] == told_by("b", journal)
        assert [1, 1] == [node.restarts for node in tree.snapshot().children]


@pytest.mark.parametrize("is_cancelled", [False, True])
@pytest.mark.parametrize("opens_first", [False, True])
async def test_a_child_that_becomes_ready_while_all_is_stopping_is_ended_too(
    autojump_clock: MockClock, opens_first: bool, is_cancelled: bool
):
    journal: Journal = []
    gate = trio.Event()
    late = actor("late", lambda: ShieldedStarter("late", journal, gate))
    root = Supervisor("root", witness("a", journal), late)
    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, root)
            await wait_all_tasks_blocked()

            if opens_first:
                gate.set()
            (nursery.cancel_scope.cancel if is_cancelled else root.stop)()
            await wait_until_quiet(is_cancelled)
            gate.set()

    assert ["up", "gone"] == told_by("a", journal)
    assert told_by("late", journal) in ([], ["up", "gone"])
    assert "down" == find(root.snapshot(), "late").status


async def wait_until_quiet(is_cancelled: bool) -> None:
    with trio.CancelScope(shield=is_cancelled):
        await wait_all_tasks_blocked()


async def test_a_child_that_never_becomes_ready_can_be_cancelled(autojump_clock: MockClock):
    async def never_ready(*, stopping: trio.Event, task_status: trio.TaskStatus[None]) -> None:
        await trio.sleep_forever()

    root = Supervisor("root", Supervisor("inner", task("mute", never_ready, grace=AN_HOUR)))
    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, root)
            await wait_all_tasks_blocked()
            began = trio.current_time()

            nursery.cancel_scope.cancel()

    assert began == trio.current_time()


async def test_closing_a_mailbox_answers_the_queue_and_those_waiting_for_room(
    autojump_clock: MockClock,
):
    journal: Journal = []
    child = witness("a", journal, capacity=2)
    release = trio.Event()
    refused: list[int] = []

    async def ask(number: int) -> None:
        with pytest.raises(Unavailable):
            await child.ref.call(Witness.note, str(number))
        refused.append(number)

    async with tree_of(child) as tree, trio.open_nursery() as nursery:
        nursery.start_soon(hold, child, release)
        await wait_all_tasks_blocked()
        for number in range(5):
            nursery.start_soon(ask, number)
        await wait_all_tasks_blocked()

        nursery.start_soon(tree.stop_child, child)
        await wait_all_tasks_blocked()
        release.set()
        await wait_all_tasks_blocked()

        assert [0, 1, 2, 3, 4] == sorted(refused)
        assert ["up", "holds", "let go", "gone"] == told_by("a", journal)


@pytest.mark.parametrize("comes_first", [False, True])
async def test_a_message_that_meets_a_stop_is_handled_or_kept(
    autojump_clock: MockClock, comes_first: bool
):
    journal: Journal = []
    b, a = witness("b", journal), witness("a", journal)
    async with tree_of(b, a, strategy="one_for_all", patience=NO_LIMIT):
        for number in range(50):
            if comes_first:
                b.ref.cast(Witness.note, str(number))
            a.ref.cast(Witness.fall)
            for _ in range(number % 7):
                await trio.lowlevel.checkpoint()
            if not comes_first:
                b.ref.cast(Witness.note, str(number))
            await wait_all_tasks_blocked()

        noted = [line for line in told_by("b", journal) if line.isdecimal()]
        assert [str(number) for number in range(50)] == noted
        assert 51 == journal.count("b up")


async def test_a_crash_is_classified_by_its_leaves(autojump_clock: MockClock):
    journal: Journal = []
    child = actor("a", lambda: Wrapper("a", journal))
    async with tree_of(child) as tree:
        child.ref.cast(Wrapper.fall_with, ValueError("this"), KeyError("that"))
        await wait_all_tasks_blocked()

        crash_of_a = find(tree.snapshot(), "a").last_crash
        assert crash_of_a is not None
        assert {"ValueError: this", "KeyError: 'that'"} == set(crash_of_a.what.split("; "))
        assert ["up", "gone", "up"] == told_by("a", journal)


async def test_an_exit_among_crashes_is_an_exit(autojump_clock: MockClock):
    journal: Journal = []
    child = actor("a", lambda: Wrapper("a", journal))
    root = Supervisor("root", child)

    async def break_it() -> None:
        await wait_all_tasks_blocked()
        child.ref.cast(Wrapper.fall_with, ValueError("this"), SystemExit(3))

    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(break_it)
            with pytest.raises(BaseExceptionGroup) as left:
                await run(root)

    assert left.value.subgroup(SystemExit) is not None
    assert ["up", "gone"] == told_by("a", journal)


@pytest.mark.parametrize("way", ["stop", "cancel"])
async def test_a_stop_interrupts_a_back_off(autojump_clock: MockClock, way: str):
    child = witness("a", [])
    slow = Patience(first_delay=AN_HOUR, longest_delay=AN_HOUR)
    root = Supervisor("root", child, patience=slow)
    with trio.fail_after(AN_HOUR / 2):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, root)
            await wait_all_tasks_blocked()
            await crash(child.ref)
            child.ref.cast(Witness.fall)
            await wait_all_tasks_blocked()
            assert "waiting" == find(root.snapshot(), "a").status
            began = trio.current_time()

            (root.stop if way == "stop" else nursery.cancel_scope.cancel)()

    assert began == trio.current_time()


async def test_a_task_finishes_a_request_in_flight_when_told_to_stop(autojump_clock: MockClock):
    client, server = trio.testing.memory_stream_pair()

    async def serve(*, stopping: trio.Event, task_status: trio.TaskStatus[None]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer_slowly, server)
            task_status.started()
            await stopping.wait()

    async with tree_of(task("server", serve)) as tree:
        await client.send_all(b"?")
        await wait_all_tasks_blocked()
        tree.stop()

        assert b"!" == await client.receive_some()


async def answer_slowly(stream: trio.abc.Stream) -> None:
    await stream.receive_some()
    await trio.sleep(3)
    await stream.send_all(b"!")


async def test_supervisors_with_the_default_patience_count_apart(autojump_clock: MockClock):
    a, b = witness("a", []), witness("b", [])
    async with tree_of(Supervisor("one", a), Supervisor("two", b)) as tree:
        for child in (a, b):
            for _ in range(5):
                await crash(child.ref)

        assert [0, 0] == [node.restarts for node in tree.snapshot().children]
        assert [5, 5] == [find(tree.snapshot(), name).restarts for name in "ab"]


async def test_hurry_reaches_what_a_cancellation_cannot(autojump_clock: MockClock):
    journal: Journal = []
    child = slow_leaver("a", journal, seconds=10 * AN_HOUR, grace=10 * AN_HOUR)
    root = Supervisor("root", child, patience=EXACT)
    with trio.fail_after(5 * AN_HOUR):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, root)
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
            with trio.CancelScope(shield=True):
                await trio.sleep(AN_HOUR)
                assert ["up", "leaves"] == told_by("a", journal)
                began = trio.current_time()

                root.hurry()
                await child.ref.wait_stopped()

                assert began == trio.current_time()
    assert ["up", "leaves", "gone"] == told_by("a", journal)
