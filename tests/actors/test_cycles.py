"""What would wait for its own asker is an error at once, at the line that is wrong."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import CallCycle, Unavailable, actor

from .small import (
    Doer,
    Host,
    Work,
    alive,
    calling,
    casting,
    catching,
    doer,
    doing,
    echoing,
    idle,
    keep,
    noting,
)

Caught = list[tuple[type[Exception], float]]
AT_ONCE = [(CallCycle, pytest.approx(0))]


async def test_a_call_cycle_is_an_error_at_the_line_that_is_wrong(autojump_clock: MockClock):
    a, b, c = doer("a"), doer("b"), doer("c")
    caught: Caught = []

    async with alive(a, b, c):
        back = catching(caught, calling(a.ref))
        await a.ref.call(Doer.do, calling(b.ref, calling(c.ref, back)))

    assert AT_ONCE == caught


async def test_a_call_cycle_that_is_not_caught_is_a_crash_of_who_made_it(
    autojump_clock: MockClock,
):
    births_of_a: list[float] = []
    births_of_b: list[float] = []
    a, b = doer("a", births_of_a), doer("b", births_of_b)

    async with alive(a, b):
        with pytest.raises(Unavailable) as caught:
            await a.ref.call(Doer.do, calling(b.ref, calling(a.ref)))
        await b.ref.call(Doer.do, idle)

    made = (type(caught.value.__cause__), len(births_of_a), len(births_of_b))
    assert (CallCycle, 1, 2) == made


async def test_a_call_cycle_is_seen_from_child_tasks_of_the_handler(autojump_clock: MockClock):
    a, b = doer("a"), doer("b")
    caught: Caught = []

    async def from_a_child_task(me: Doer) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(catching(caught, calling(a.ref)), me)

    async with alive(a, b):
        await a.ref.call(Doer.do, calling(b.ref, from_a_child_task))

    assert AT_ONCE == caught


async def test_calling_the_same_actor_twice_is_no_cycle(autojump_clock: MockClock):
    a, b, c = doer("a"), doer("b"), doer("c")

    async with alive(a, b, c):
        answer = await a.ref.call(
            Doer.do, doing(calling(c.ref), calling(b.ref, calling(c.ref, echoing("fine"))))
        )

    assert "fine" == answer


async def test_casting_back_is_no_cycle(autojump_clock: MockClock):
    a, b = doer("a"), doer("b")
    diary: list[str] = []

    async with alive(a, b):
        await a.ref.call(Doer.do, calling(b.ref, casting(a.ref, noting(diary, "cast back"))))
        await a.ref.call(Doer.do, idle)

    assert ["cast back"] == diary


async def to_itself(me: Doer) -> None:
    await me.ref.call(Doer.do, idle)


async def test_a_call_to_oneself_is_a_cycle_in_a_handler_and_in_a_lifespan(
    autojump_clock: MockClock,
):
    handler: Caught = []
    before: Caught = []
    after: Caught = []
    host = actor("host", lambda: Host(catching(before, to_itself), catching(after, to_itself)))

    async with alive(host):
        await host.ref.call(Doer.do, catching(handler, to_itself))

    assert (AT_ONCE, AT_ONCE, AT_ONCE) == (before, handler, after)


async def test_a_call_that_comes_back_to_a_lifespan_is_a_cycle(autojump_clock: MockClock):
    caught: Caught = []
    other = doer("other")
    host = actor("host", lambda: Host(calling(other.ref, catching(caught, call_host))))

    async def call_host(_: Doer) -> None:
        await host.ref.call(Doer.do, idle)

    async with alive(other, host):
        pass

    assert AT_ONCE == caught


def leaving(gate: trio.Event, asked: Work) -> Work:
    """Stop waiting for it once the gate is open, and go on for two seconds."""

    async def work(me: Doer) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(asked, me)
            await gate.wait()
            nursery.cancel_scope.cancel()
        await trio.sleep(2)

    return work


async def test_calling_back_to_somebody_who_has_left_is_no_cycle(autojump_clock: MockClock):
    a, b = doer("a"), doer("b")
    answers: list[object] = []
    has_left = trio.Event()

    async def call_back(_: Doer) -> None:
        has_left.set()
        await wait_all_tasks_blocked()
        await keep(answers, a.ref, echoing("fine"))

    async with alive(a, b):
        await a.ref.call(Doer.do, leaving(has_left, calling(b.ref, call_back)))
        await b.ref.call(Doer.do, idle)

    assert ["fine"] == answers


async def test_who_still_waits_behind_somebody_who_has_left_is_called_in_a_cycle(
    autojump_clock: MockClock,
):
    a, b, c = doer("a"), doer("b"), doer("c")
    caught: Caught = []
    has_left = trio.Event()

    async def call_b(_: Doer) -> None:
        has_left.set()
        await wait_all_tasks_blocked()
        await b.ref.call(Doer.do, idle)

    async with alive(a, b, c):
        relay = calling(b.ref, calling(c.ref, catching(caught, call_b)))
        await a.ref.call(Doer.do, leaving(has_left, relay))
        await c.ref.call(Doer.do, idle)

    assert AT_ONCE == caught
