"""What an actor raises: who gets it, and what becomes of the actor."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Refused, Unavailable, actor

from .small import (
    Doer,
    Work,
    alive,
    calling,
    clocking,
    doer,
    doing,
    echoing,
    failing,
    idle,
    keep,
    sleeping,
    spawning,
)


class NotFound(Refused):
    """An application's own refusal."""


class Counter(Doer):
    """Remembers how far it has counted."""

    def __init__(self) -> None:
        self._count = 0

    async def add(self, amount: int) -> int:
        if amount < 0:
            raise NotFound("it only counts upwards")
        self._count += amount
        return self._count


async def test_a_refusal_reaches_the_caller_and_the_actor_lives(autojump_clock: MockClock):
    counter = actor("counter", Counter)
    refusal = NotFound("this very one")

    async with alive(counter):
        await counter.ref.call(Counter.add, 3)
        with pytest.raises(NotFound) as caught:
            await counter.ref.call(Doer.do, failing(refusal))
        count = await counter.ref.call(Counter.add, 1)

    assert (refusal, 4) == (caught.value, count)


async def test_a_refusal_passes_through_the_actors_between(autojump_clock: MockClock):
    births: list[float] = []
    a, b = doer("a", births), doer("b", births)
    refusal = NotFound("this very one")

    async with alive(a, b):
        with pytest.raises(NotFound) as caught:
            await a.ref.call(Doer.do, calling(b.ref, failing(refusal)))
        await a.ref.call(Doer.do, idle)

    assert (refusal, 2) == (caught.value, len(births))


def group(*errors: Exception) -> ExceptionGroup[Exception]:
    return ExceptionGroup("several", list(errors))


@pytest.mark.parametrize(
    ("error", "is_refusal"),
    [
        (group(Refused()), True),
        (group(NotFound(), group(Unavailable(), Refused())), True),
        (group(Refused(), ValueError()), False),
        (group(NotFound(), group(Refused(), group(ValueError()))), False),
    ],
)
async def test_a_group_refuses_only_if_every_leaf_refuses(
    error: Exception, is_refusal: bool, autojump_clock: MockClock
):
    births: list[float] = []
    child = doer("child", births)

    async with alive(child):
        with pytest.raises((ExceptionGroup, Unavailable)) as caught:
            await child.ref.call(Doer.do, failing(error))
        await child.ref.call(Doer.do, idle)

    got = caught.value if is_refusal else caught.value.__cause__
    assert (error, 1 if is_refusal else 2) == (got, len(births))


async def test_a_group_of_refusals_from_child_tasks_is_a_refusal(autojump_clock: MockClock):
    births: list[float] = []
    a, b = doer("a", births), doer("b")

    async def in_a_nursery(me: Doer) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(calling(b.ref, failing(ValueError("b crashes"))), me)
            nursery.start_soon(trio.sleep_forever)

    async with alive(a, b):
        with pytest.raises(ExceptionGroup):
            await a.ref.call(Doer.do, in_a_nursery)
        await a.ref.call(Doer.do, idle)

    assert 1 == len(births)


async def test_a_crash_answers_the_message_in_hand_and_never_retries_it(
    autojump_clock: MockClock,
):
    handled: list[float] = []
    child = doer()
    error = ValueError("poison")

    async with alive(child):
        with pytest.raises(Unavailable) as caught:
            await child.ref.call(Doer.do, doing(clocking(handled), failing(error)))
        await child.ref.call(Doer.do, idle)

    assert (error, 1) == (caught.value.__cause__, len(handled))


async def test_a_crash_keeps_the_queue(autojump_clock: MockClock):
    births: list[float] = []
    answers: list[object] = []
    child = doer("child", births)

    async def nth_life(_: Doer) -> int:
        return len(births)

    async with alive(child), trio.open_nursery() as nursery:
        child.ref.cast(Doer.do, doing(sleeping(1), failing(ValueError("poison"))))
        await wait_all_tasks_blocked()
        for _ in range(3):
            nursery.start_soon(keep, answers, child.ref, nth_life)

    assert [2, 2, 2] == answers


async def test_a_crash_keeps_those_who_wait_for_room(autojump_clock: MockClock):
    answers: list[object] = []
    child = actor("child", Doer, capacity=1)

    async with alive(child), trio.open_nursery() as nursery:
        child.ref.cast(Doer.do, doing(sleeping(1), failing(ValueError("poison"))))
        await wait_all_tasks_blocked()
        for _ in range(3):
            nursery.start_soon(keep, answers, child.ref, echoing("fine"))

    assert ["fine"] * 3 == answers


async def test_a_crash_of_the_callee_does_not_cascade(autojump_clock: MockClock):
    births: list[float] = []
    a, b = doer("a", births), doer("b")

    async with alive(a, b):
        with pytest.raises(Unavailable):
            await a.ref.call(Doer.do, calling(b.ref, failing(ValueError("only b's affair"))))
        await a.ref.call(Doer.do, idle)

    assert 1 == len(births)


async def test_a_refused_cast_is_logged(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
):
    child = doer("child")

    async with alive(child):
        child.ref.cast(Doer.do, failing(NotFound("no such thing")))
        await child.ref.call(Doer.do, idle)

    records = [vars(record) for record in caplog.records if record.msg == "refused_cast"]
    facts = [(r["levelname"], r["place"], "no such thing" in r["error"]) for r in records]
    assert [("WARNING", "test/child", True)] == facts


async def test_a_refused_cast_leaves_the_actor_alive(autojump_clock: MockClock):
    births: list[float] = []
    child = doer("child", births)

    async with alive(child):
        child.ref.cast(Doer.do, failing(NotFound("no such thing")))
        await child.ref.call(Doer.do, idle)

    assert 1 == len(births)


async def test_a_restart_forgets_state_and_not_mail(autojump_clock: MockClock):
    counter = actor("counter", Counter)

    async with alive(counter):
        await counter.ref.call(Counter.add, 3)
        counter.ref.cast(Doer.do, failing(ValueError("poison")))
        counter.ref.cast(Counter.add, 10)
        count = await counter.ref.call(Counter.add, 1)

    assert 11 == count


class Swallower(Doer):
    """Sees no evil."""

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        with suppress(ValueError, Refused):
            yield


swallowed = failing(ValueError("swallowed"))


@pytest.mark.parametrize("bad", [swallowed, doing(spawning(swallowed), sleeping(1))])
async def test_a_lifespan_that_swallows_a_crash_does_not_undo_it(
    bad: Work, autojump_clock: MockClock
):
    births: list[float] = []

    def build() -> Doer:
        births.append(trio.current_time())
        return Swallower()

    child = actor("child", build, restart="transient")

    async with alive(child):
        child.ref.cast(Doer.do, bad)
        await child.ref.call(Doer.do, idle)

    assert 2 == len(births)
