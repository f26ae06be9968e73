"""Deadlocks that no single chain of callers shows: each is broken by an error, never waited out."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Actor, CallCycle, Unavailable, actor

from .small import (
    Doer,
    Host,
    alive,
    calling,
    catching,
    doer,
    doing,
    echoing,
    failing,
    idle,
    keep,
    sleeping,
)

Caught = list[tuple[type[Exception], float]]
UNREAD: list[object] = []  # answers that no test looks at


async def test_two_actors_that_call_each_other_at_once_are_a_cycle(autojump_clock: MockClock):
    a, b = doer("a"), doer("b")
    caught: Caught = []
    answers: list[object] = []

    async with alive(a, b), trio.open_nursery() as nursery:
        from_b = doing(sleeping(2), catching(caught, calling(a.ref)), echoing("b"))
        nursery.start_soon(keep, answers, b.ref, from_b)
        nursery.start_soon(keep, answers, a.ref, doing(sleeping(1), calling(b.ref), echoing("a")))

    assert [(CallCycle, pytest.approx(2))] == caught
    assert ["a", "b"] == sorted(map(str, answers))


async def test_a_circle_of_three_is_seen_by_the_call_that_closes_it(autojump_clock: MockClock):
    a, b, c = doer("a"), doer("b"), doer("c")
    caught: Caught = []
    answers: list[object] = []

    async with alive(a, b, c), trio.open_nursery() as nursery:
        for who, seconds, whom in ((a, 1, b), (b, 2, c)):
            work = doing(sleeping(seconds), calling(whom.ref))
            nursery.start_soon(keep, answers, who.ref, work)
        closing = doing(sleeping(3), catching(caught, calling(a.ref)))
        nursery.start_soon(keep, answers, c.ref, closing)

    assert [(CallCycle, pytest.approx(3))] == caught


async def test_waiting_for_somebody_busy_elsewhere_is_no_cycle(autojump_clock: MockClock):
    a, b, c = doer("a"), doer("b"), doer("c")
    answers: list[object] = []

    async with alive(a, b, c), trio.open_nursery() as nursery:
        nursery.start_soon(keep, answers, b.ref, doing(calling(c.ref, sleeping(5)), echoing("b")))
        await wait_all_tasks_blocked()
        nursery.start_soon(keep, answers, a.ref, doing(calling(b.ref), echoing("a")))

    assert ["b", "a"] == answers


async def test_a_call_that_waits_for_the_callers_own_end_is_refused(autojump_clock: MockClock):
    """`first` falls while `last` is in its queue, and cannot restart before `last` has ended."""
    first, last = doer("first"), doer("last")
    caught: Caught = []

    async with alive(first, last, strategy="one_for_all"), trio.open_nursery() as nursery:
        first.ref.cast(Doer.do, doing(sleeping(1), failing(ValueError("poison"))))
        work = catching(caught, calling(first.ref))
        nursery.start_soon(keep, UNREAD, last.ref, work)

    assert [(Unavailable, pytest.approx(1))] == caught


async def test_so_is_one_that_waits_for_room_in_the_mailbox(autojump_clock: MockClock):
    first, last = actor("first", Doer, capacity=1), doer("last")
    caught: Caught = []

    async with alive(first, last, strategy="one_for_all"), trio.open_nursery() as nursery:
        first.ref.cast(Doer.do, doing(sleeping(1), failing(ValueError("poison"))))
        await wait_all_tasks_blocked()
        first.ref.cast(Doer.do, idle)
        nursery.start_soon(keep, UNREAD, last.ref, catching(caught, calling(first.ref)))

    assert [(Unavailable, pytest.approx(1))] == caught


async def test_and_one_by_way_of_a_third_actor(autojump_clock: MockClock):
    third, first, last = doer("third"), doer("first"), doer("last")
    caught: Caught = []

    async with alive(third, first, last, strategy="rest_for_one"), trio.open_nursery() as nursery:
        first.ref.cast(Doer.do, doing(sleeping(1), failing(ValueError("poison"))))
        by_way = calling(third.ref, catching(caught, calling(first.ref)))
        nursery.start_soon(keep, UNREAD, last.ref, by_way)

    assert [(Unavailable, pytest.approx(1))] == caught


async def test_a_call_from_outside_waits_through_the_same_restart(autojump_clock: MockClock):
    first, last = doer("first"), doer("last")

    async with alive(first, last, strategy="one_for_all"):
        first.ref.cast(Doer.do, doing(sleeping(1), failing(ValueError("poison"))))
        answer = await first.ref.call(Doer.do, echoing("after all"))

    assert "after all" == answer


class Listener(Actor):
    """Opens a nursery of its own in its lifespan; what runs there outlasts the start."""

    def __init__(self, go: trio.Event) -> None:
        self._go = go
        self.heard = 0

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen)
            yield
            nursery.cancel_scope.cancel()

    async def hear(self) -> int:
        self.heard += 1
        return self.heard

    async def _listen(self) -> None:
        await self._go.wait()
        await self.ref.call(Listener.hear)


async def test_a_task_of_a_lifespans_own_nursery_may_call_its_actor(autojump_clock: MockClock):
    go = trio.Event()
    listener = actor("listener", lambda: Listener(go))

    async with alive(listener):
        go.set()
        await wait_all_tasks_blocked()

        assert 2 == await listener.ref.call(Listener.hear)


async def test_a_lifespan_and_a_handler_that_wait_for_each_other_are_a_cycle(
    autojump_clock: MockClock,
):
    caught: Caught = []
    early = doer("early")
    meets = doing(sleeping(2), catching(caught, calling(early.ref)))
    late = actor("late", lambda: Host(meets))

    async with alive(early) as tree, trio.open_nursery() as nursery:
        nursery.start_soon(tree.start_child, late)
        await trio.sleep(1)
        nursery.start_soon(keep, UNREAD, early.ref, calling(late.ref))

    assert [(CallCycle, pytest.approx(2))] == caught
