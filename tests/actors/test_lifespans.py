"""Goodbyes, background tasks, interrupts and cancellations: the edges of one life."""

from collections.abc import Callable
from contextlib import suppress

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Ref, Supervisor, Unavailable, actor, run

from .small import (
    A_HANG,
    Doer,
    Host,
    Work,
    alive,
    diarist,
    doing,
    failing,
    idle,
    keep,
    noting,
    sleeping,
    spawning,
    stopping,
    transient,
    waiting,
)

crashing = failing(ValueError("a bug"))


@pytest.mark.parametrize("bad", [crashing, doing(spawning(crashing), sleeping(9))])
async def test_the_goodbye_after_a_crash_is_bounded_by_the_grace(
    bad: Work, autojump_clock: MockClock
):
    births: list[float] = []
    child = transient(births, sleeping(100), grace=2)

    async with alive(child):
        child.ref.cast(Doer.do, bad)
        await child.ref.call(Doer.do, idle)

    assert [pytest.approx(0), pytest.approx(2)] == births


async def test_a_crash_in_the_goodbye_is_a_crash(autojump_clock: MockClock):
    births: list[float] = []
    child = transient(births, crashing)

    async with alive(child) as tree:
        child.ref.cast(Doer.do, stopping)
        await child.ref.call(Doer.do, idle)
        last_crash = tree.snapshot().children[0].last_crash

    assert (2, "ValueError: a bug") == (len(births), last_crash and last_crash.what)


async def test_a_second_crash_in_the_goodbye_is_one_crash_that_tells_of_both(
    autojump_clock: MockClock,
):
    births: list[float] = []
    child = transient(births, failing(KeyError("another")))

    async with alive(child) as tree:
        child.ref.cast(Doer.do, crashing)
        await child.ref.call(Doer.do, idle)
        last_crash = tree.snapshot().children[0].last_crash

    told = last_crash.what if last_crash else ""
    assert (2, True, True) == (len(births), "another" in told, "a bug" in told)


async def test_the_crash_of_a_background_task_is_the_crash_of_its_actor(
    autojump_clock: MockClock,
):
    births: list[float] = []
    child = transient(births, idle)
    error = ValueError("a bug")

    async with alive(child):
        await child.ref.call(Doer.do, spawning(doing(sleeping(1), failing(error))))
        with pytest.raises(Unavailable) as caught:
            await child.ref.call(Doer.do, sleeping(100))
        await child.ref.call(Doer.do, idle)

    assert ([pytest.approx(0), pytest.approx(1)], error) == (births, caught.value.__cause__)


async def test_the_crash_of_a_background_task_wakes_an_idle_actor(autojump_clock: MockClock):
    births: list[float] = []
    child = transient(births, idle)

    async with alive(child):
        await child.ref.call(Doer.do, spawning(doing(sleeping(1), crashing)))
        await trio.sleep(3)

    assert [pytest.approx(0), pytest.approx(1)] == births


async def test_what_is_spawned_in_a_lifespan_begins_at_once(autojump_clock: MockClock):
    begun = trio.Event()

    async def begin(_: Doer) -> None:
        begun.set()

    async with alive(actor("host", lambda: Host(doing(spawning(begin), waiting(begun))))):
        assert begun.is_set()


async def test_the_crash_of_a_background_task_before_the_yield_is_a_failed_start(
    autojump_clock: MockClock,
):
    error = ValueError("a bug")
    start = doing(spawning(failing(error)), sleeping(100))

    with pytest.raises(ValueError, match="a bug") as caught:
        async with alive(actor("host", lambda: Host(start))):
            pass

    assert (error, pytest.approx(0)) == (caught.value, trio.current_time())


def leaving_slowly(diary: list[str]) -> Work:
    async def work(_: Doer) -> None:
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(1)
            diary.append("errand gone")

    return work


@pytest.mark.parametrize("end", [stopping, crashing, spawning(crashing)])
async def test_background_tasks_are_gone_before_the_goodbye(end: Work, autojump_clock: MockClock):
    diary: list[str] = []
    lives = iter([Host(after=noting(diary, "goodbye")), Host()])
    child = actor("host", lambda: next(lives))

    async with alive(child):
        await child.ref.call(Doer.do, spawning(leaving_slowly(diary)))
        await wait_all_tasks_blocked()
        child.ref.cast(Doer.do, end)
        await trio.sleep(3)

    assert ["errand gone", "goodbye"] == diary


def in_an_errand(work: Work) -> Work:
    return doing(spawning(work), sleeping(100))


async def interrupted(root: Supervisor, ref: Ref[Doer], work: Work) -> BaseException | None:
    """Run a tree in which somebody works like this, and return what leaves it."""
    raised: list[BaseException] = []

    async def run_it() -> None:
        try:
            await run(root)
        except (KeyboardInterrupt, SystemExit) as interrupt:
            raised.append(interrupt)

    with trio.fail_after(A_HANG):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run_it)
            await wait_all_tasks_blocked()
            ref.cast(Doer.do, work)
    return raised[0] if raised else None


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), SystemExit(3)])
@pytest.mark.parametrize("where", [doing, in_an_errand])
@pytest.mark.parametrize("is_nested", [False, True])
async def test_an_interrupt_is_no_crash_and_leaves_the_tree_in_order(
    interrupt: BaseException,
    where: Callable[[Work], Work],
    is_nested: bool,
    autojump_clock: MockClock,
):
    diary: list[str] = []
    a, b, c = (diarist(name, diary) for name in "abc")
    root = Supervisor("root", a, Supervisor("inner", b) if is_nested else b, c)

    raised = await interrupted(root, b.ref, where(failing(interrupt)))

    came_and_went = ["a up", "b up", "c up", "b down", "c down", "a down"]
    assert (interrupt, came_and_went) == (raised, diary)


async def test_an_interrupt_in_a_start_leaves_the_tree_too(autojump_clock: MockClock):
    diary: list[str] = []
    interrupt = SystemExit(3)
    caller = diarist("a", diary)
    root = Supervisor("root", caller)
    bad = actor("bad", lambda: Host(failing(interrupt)))

    async def start_it(_: Doer) -> None:
        with suppress(SystemExit):
            await root.start_child(bad)

    raised = await interrupted(root, caller.ref, spawning(start_it))

    assert (interrupt, ["a up", "a down"]) == (raised, diary)


async def test_a_cancellation_answers_the_message_in_hand_on_its_way(autojump_clock: MockClock):
    answers: list[object] = []
    child = actor("child", Doer, grace=2)

    async with alive(child) as tree, trio.open_nursery() as nursery:
        nursery.start_soon(keep, answers, child.ref, sleeping(100))
        await wait_all_tasks_blocked()
        await tree.stop_child(child)
        await wait_all_tasks_blocked()

        assert ([Unavailable], pytest.approx(2)) == ([*map(type, answers)], trio.current_time())


def falling_when_cancelled(error: Exception) -> Work:
    """One task of it is cancelled, the other falls over its own cancellation."""

    async def fall() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise error

    async def work(_: Doer) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fall)
            nursery.start_soon(trio.sleep_forever)

    return work


async def test_an_error_beside_a_cancellation_answers_the_message_and_is_a_crash(
    autojump_clock: MockClock,
):
    answers: list[object] = []
    child = actor("child", Doer, grace=2)

    async with alive(child) as tree, trio.open_nursery() as nursery:
        nursery.start_soon(keep, answers, child.ref, falling_when_cancelled(ValueError("a bug")))
        await wait_all_tasks_blocked()
        await tree.stop_child(child)
        last_crash = tree.snapshot().children[0].last_crash

    assert ([Unavailable], "ValueError: a bug") == (
        [*map(type, answers)],
        last_crash and last_crash.what,
    )


async def test_a_refusal_beside_a_cancellation_does_not_swallow_it(autojump_clock: MockClock):
    child = actor("child", Doer, grace=2)

    async with alive(child) as tree:
        child.ref.cast(Doer.do, falling_when_cancelled(Unavailable("no")))
        await wait_all_tasks_blocked()
        await tree.stop_child(child)

        assert ("down", pytest.approx(2)) == (
            tree.snapshot().children[0].status,
            trio.current_time(),
        )


async def test_a_handler_that_was_cancelled_by_an_errand_and_falls_is_one_crash(
    autojump_clock: MockClock,
):
    births: list[float] = []
    child = transient(births, idle)

    async with alive(child):
        work = doing(spawning(crashing), falling_when_cancelled(KeyError("another")))
        with pytest.raises(Unavailable):
            await child.ref.call(Doer.do, work)
        await child.ref.call(Doer.do, idle)

    assert 2 == len(births)
