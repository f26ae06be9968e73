"""Circles that run through a supervisor: found at once where they are real, never where not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import CallCycle, Refused, Supervisor, Unavailable, actor

from .small import Doer, Host, alive, calling, catching, doer, echoing, failing, idle, sleeping

Caught = list[tuple[type[Exception], float]]


async def test_a_lifespan_that_calls_who_waits_for_its_start_is_a_cycle(autojump_clock: MockClock):
    boss, pool = doer("boss"), Supervisor("pool")
    kid = actor("kid", lambda: Host(before=calling(boss.ref)), restart="temporary")

    async def hire(_: Doer) -> None:
        await pool.start_child(kid)

    async with alive(pool, boss):
        with trio.fail_after(100), pytest.raises(Unavailable, match="CallCycle"):
            await boss.ref.call(Doer.do, hire)


async def test_a_restart_that_calls_who_waits_for_its_supervisor_is_a_cycle(
    autojump_clock: MockClock,
):
    boss = doer("boss")
    refused: list[Exception] = []

    is_restart, hires = trio.Event(), trio.Event()

    async def before(_: Doer) -> None:
        if is_restart.is_set():
            await hires.wait()
            await wait_all_tasks_blocked()  # now the boss waits for the pool
        try:
            await boss.ref.call(Doer.do, idle)
        except (Refused, CallCycle) as error:
            refused.append(error)

    kid = actor("kid", lambda: Host(before=before))
    pool = Supervisor("pool", kid)

    async def hire(_: Doer) -> None:
        hires.set()
        await pool.start_child(actor("other", Doer, restart="temporary"))

    async with alive(boss, pool):
        is_restart.set()
        with suppress(Unavailable):
            await kid.ref.call(Doer.do, failing(ValueError()))
        with trio.fail_after(50):
            await boss.ref.call(Doer.do, hire)

    assert len(refused) == 1  # its first start was fine: nobody had been hired yet


async def test_a_goodbye_that_calls_who_waits_for_it_is_refused_at_once(autojump_clock: MockClock):
    caught: Caught = []
    boss = doer("boss")
    kid = actor("kid", lambda: Host(after=catching(caught, calling(boss.ref))), grace=60)
    pool = Supervisor("pool", kid)

    async def fire(_: Doer) -> None:
        await pool.stop_child(kid)

    async with alive(boss, pool):
        await boss.ref.call(Doer.do, fire)

    assert caught == [(Unavailable, pytest.approx(0))]


async def test_neighbours_of_a_start_are_no_cycle(autojump_clock: MockClock):
    boss, first, second = doer("boss"), doer("first"), doer("second")
    pool = Supervisor("pool", second, first)
    slow = actor("slow", lambda: Host(before=sleeping(5)), restart="temporary")

    async def hire(_: Doer) -> None:
        await pool.start_child(slow)

    async with alive(pool, boss), trio.open_nursery() as nursery:

        async def have_hired() -> None:
            await boss.ref.call(Doer.do, hire)

        nursery.start_soon(have_hired)
        await wait_all_tasks_blocked()
        chain = calling(second.ref, calling(boss.ref, echoing("hello")))
        await first.ref.call(Doer.do, chain)


@pytest.mark.parametrize("_", range(30))  # Trio shuffles who runs first in an instant
async def test_who_has_been_answered_no_longer_waits(autojump_clock: MockClock, _: int):
    a, b = doer("a"), doer("b")
    caught: Caught = []

    async def answer_and_call_back_later(_: Doer) -> None:
        b.ref.cast(Doer.do, catching(caught, calling(a.ref)))

    async with alive(a, b):
        await a.ref.call(Doer.do, calling(b.ref, answer_and_call_back_later))
        await wait_all_tasks_blocked()

    assert caught == []


async def test_a_poll_that_began_before_the_yield_is_no_caller(autojump_clock: MockClock):
    b = doer("b")
    caught: Caught = []
    both_are_up, called = trio.Event(), trio.Event()

    class Polling(Doer):
        @asynccontextmanager
        async def lifespan(self) -> AsyncGenerator[None]:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._poll)
                await wait_all_tasks_blocked()
                yield
                nursery.cancel_scope.cancel()

        async def _poll(self) -> None:
            await b.ref.call(Doer.do, back)

    a = actor("a", Polling)

    async def back(me: Doer) -> None:
        await both_are_up.wait()
        await catching(caught, calling(a.ref))(me)
        called.set()

    async with alive(b, a):
        both_are_up.set()
        with trio.fail_after(10):
            await called.wait()

    assert caught == []
