"""Deadlines travel with calls, and bite nowhere else."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Unavailable, actor

from .small import (
    Doer,
    Work,
    alive,
    calling,
    casting,
    catching,
    clocking,
    doer,
    doing,
    echoing,
    idle,
    noting,
    sleeping,
    spawning,
)

Caught = list[tuple[type[Exception], float]]


async def test_deadlines_travel_with_calls_along_a_chain(autojump_clock: MockClock):
    a, b, c = doer("a"), doer("b"), doer("c")
    caught: Caught = []

    async with alive(a, b, c):
        with trio.move_on_after(3):
            relay = calling(b.ref, catching(caught, calling(c.ref, sleeping(100))))
            await a.ref.call(Doer.do, relay)
        await b.ref.call(Doer.do, idle)

    assert [(Unavailable, pytest.approx(3))] == caught


async def test_everybody_in_a_chain_is_free_again_at_the_deadline(autojump_clock: MockClock):
    a, b, c = doer("a"), doer("b"), doer("c")

    async with alive(a, b, c):
        with trio.move_on_after(3):
            await a.ref.call(Doer.do, calling(b.ref, calling(c.ref, sleeping(100))))
        await a.ref.call(Doer.do, idle)
        await b.ref.call(Doer.do, idle)

        assert pytest.approx(3) == trio.current_time()


async def test_a_call_without_a_deadline_gives_none_to_those_it_leads_to(
    autojump_clock: MockClock,
):
    a, b = doer("a"), doer("b")

    async with alive(a, b):
        answer = await a.ref.call(
            Doer.do, calling(b.ref, doing(sleeping(900), echoing("patience")))
        )

    assert "patience" == answer


def within(seconds: float, hurried: Work) -> Work:
    async def work(me: Doer) -> None:
        with trio.move_on_after(seconds):
            await hurried(me)

    return work


@pytest.mark.parametrize(("asker", "relay"), [(3, 1), (1, 3)])
async def test_the_nearest_deadline_of_a_chain_counts(
    asker: float, relay: float, autojump_clock: MockClock
):
    a, b, c = doer("a"), doer("b"), doer("c")
    caught: Caught = []

    async with alive(a, b, c):
        with trio.move_on_after(asker):
            last = catching(caught, calling(c.ref, sleeping(100)))
            await a.ref.call(Doer.do, within(relay, calling(b.ref, last)))
        await b.ref.call(Doer.do, idle)

    assert [(Unavailable, pytest.approx(1))] == caught


async def test_a_handlers_own_deadline_is_no_refusal(autojump_clock: MockClock):
    a, b = doer("a"), doer("b")
    caught: Caught = []
    ends: list[float] = []

    async with alive(a, b):
        hurried = within(1, catching(caught, calling(b.ref, sleeping(2))))
        with trio.move_on_after(3):
            await a.ref.call(Doer.do, doing(hurried, clocking(ends)))

    assert ([], [pytest.approx(1)]) == (caught, ends)


async def test_the_wait_for_room_ends_at_the_deadline_too(autojump_clock: MockClock):
    a, b = doer("a"), actor("b", Doer, capacity=1)
    caught: Caught = []

    async with alive(a, b):
        b.ref.cast(Doer.do, sleeping(10))
        await wait_all_tasks_blocked()
        b.ref.cast(Doer.do, idle)
        with trio.move_on_after(3):
            await a.ref.call(Doer.do, catching(caught, calling(b.ref)))
        await a.ref.call(Doer.do, idle)

    assert [(Unavailable, pytest.approx(3))] == caught


async def test_a_call_begun_after_the_deadline_is_refused_and_never_handled(
    autojump_clock: MockClock,
):
    a, b = doer("a"), doer("b")
    caught: Caught = []
    diary: list[str] = []

    async with alive(a, b):
        with trio.move_on_after(3):
            late = catching(caught, calling(b.ref, noting(diary, "handled")))
            await a.ref.call(Doer.do, doing(sleeping(5), late))
        await a.ref.call(Doer.do, idle)
        await b.ref.call(Doer.do, idle)

    assert ([(Unavailable, pytest.approx(5))], []) == (caught, diary)


async def test_a_deadline_reaches_calls_from_child_tasks_of_the_handler(
    autojump_clock: MockClock,
):
    a, b, c = doer("a"), doer("b"), doer("c")
    caught: Caught = []

    async def both_at_once(me: Doer) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(catching(caught, calling(b.ref, sleeping(100))), me)
            nursery.start_soon(catching(caught, calling(c.ref, sleeping(100))), me)

    async with alive(a, b, c):
        with trio.move_on_after(3):
            await a.ref.call(Doer.do, both_at_once)
        await a.ref.call(Doer.do, idle)

    assert [(Unavailable, pytest.approx(3))] * 2 == caught


async def test_a_deadline_bites_only_at_calls(autojump_clock: MockClock):
    child = doer()
    ends: list[float] = []

    async with alive(child):
        with trio.move_on_after(3):
            await child.ref.call(Doer.do, doing(sleeping(10), clocking(ends)))
        await child.ref.call(Doer.do, idle)

    assert [pytest.approx(10)] == ends


async def test_a_deadline_ends_with_its_message(autojump_clock: MockClock):
    a, b = doer("a"), doer("b")

    async with alive(a, b):
        with trio.move_on_after(3):
            await a.ref.call(Doer.do, sleeping(4))
        answer = await a.ref.call(Doer.do, calling(b.ref, doing(sleeping(9), echoing("fine"))))

    assert "fine" == answer


async def test_a_cast_inherits_no_deadline(autojump_clock: MockClock):
    a, b, c = doer("a"), doer("b"), doer("c")
    caught: Caught = []
    ends: list[float] = []

    async with alive(a, b, c):
        with trio.move_on_after(3):
            slow = catching(caught, calling(c.ref, sleeping(10)))
            await a.ref.call(Doer.do, casting(b.ref, doing(slow, clocking(ends))))
        await b.ref.call(Doer.do, idle)

    assert ([], [pytest.approx(10)]) == (caught, ends)


async def test_a_background_task_inherits_neither_deadline_nor_chain(autojump_clock: MockClock):
    a, b = doer("a"), doer("b")
    caught: Caught = []
    ends: list[float] = []
    done = trio.Event()

    async def finish(_: Doer) -> None:
        done.set()

    async with alive(a, b):
        to_oneself = catching(caught, calling(a.ref, clocking(ends)))
        to_another = catching(caught, calling(b.ref, doing(sleeping(10), clocking(ends))))
        with trio.move_on_after(3):
            errand = doing(to_oneself, to_another, finish)
            await a.ref.call(Doer.do, doing(spawning(errand), sleeping(1)))
        await done.wait()

    assert ([], [pytest.approx(1), pytest.approx(11)]) == (caught, ends)
