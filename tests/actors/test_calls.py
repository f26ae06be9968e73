"""Calls: their order, their wait for room, and callers that leave."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Unavailable, actor

from .small import (
    Doer,
    Work,
    alive,
    ask,
    clocking,
    doer,
    doing,
    echoing,
    idle,
    keep,
    noting,
    sleeping,
    waiting,
)


def slowly(diary: list[str], word: str) -> Work:
    return doing(noting(diary, f"{word} begins"), sleeping(1), noting(diary, f"{word} ends"))


async def test_messages_are_handled_in_order_one_at_a_time(autojump_clock: MockClock):
    diary: list[str] = []
    child = doer()

    async with alive(child):
        child.ref.cast(Doer.do, slowly(diary, "1"))
        child.ref.cast(Doer.do, slowly(diary, "2"))
        await child.ref.call(Doer.do, slowly(diary, "3"))

    assert ["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"] == diary


async def test_messages_of_many_senders_are_handled_one_at_a_time(autojump_clock: MockClock):
    diary: list[str] = []
    child = doer()

    async with alive(child), trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(ask, child.ref, slowly(diary, "it"))

    assert ["it begins", "it ends"] * 3 == diary


async def test_a_call_waits_for_room_in_a_full_mailbox(autojump_clock: MockClock):
    answers: list[object] = []
    times: list[float] = []
    child = actor("child", Doer, capacity=1)

    async with alive(child), trio.open_nursery() as nursery:
        child.ref.cast(Doer.do, sleeping(1))
        for _ in range(4):
            await wait_all_tasks_blocked()
            nursery.start_soon(keep, answers, child.ref, doing(clocking(times), sleeping(1)))

    assert ([None] * 4, [pytest.approx(n) for n in (1, 2, 3, 4)]) == (answers, times)


async def test_calls_get_room_in_the_order_in_which_they_wait_for_it(autojump_clock: MockClock):
    diary: list[str] = []
    gate = trio.Event()
    child = actor("child", Doer, capacity=1)

    async with alive(child), trio.open_nursery() as nursery:
        child.ref.cast(Doer.do, waiting(gate))
        for word in "abcd":
            await wait_all_tasks_blocked()
            nursery.start_soon(ask, child.ref, noting(diary, word))
        await wait_all_tasks_blocked()
        gate.set()

    assert ["a", "b", "c", "d"] == diary


async def test_a_message_whose_caller_has_left_is_skipped(autojump_clock: MockClock):
    diary: list[str] = []
    child = doer()

    async with alive(child):
        child.ref.cast(Doer.do, sleeping(3))
        with trio.move_on_after(1):
            await child.ref.call(Doer.do, noting(diary, "for nobody"))
        await child.ref.call(Doer.do, noting(diary, "for somebody"))

    assert ["for somebody"] == diary


async def test_a_message_whose_caller_left_while_waiting_for_room_is_never_handled(
    autojump_clock: MockClock,
):
    diary: list[str] = []
    child = actor("child", Doer, capacity=1)

    async with alive(child):
        child.ref.cast(Doer.do, sleeping(3))
        await wait_all_tasks_blocked()
        child.ref.cast(Doer.do, noting(diary, "queued"))
        with trio.move_on_after(1):
            await child.ref.call(Doer.do, noting(diary, "for nobody"))
        await child.ref.call(Doer.do, noting(diary, "for somebody"))

    assert ["queued", "for somebody"] == diary


async def test_a_message_in_hand_runs_to_its_end_although_its_caller_has_left(
    autojump_clock: MockClock,
):
    ends: list[float] = []
    child = doer()

    async with alive(child):
        with trio.move_on_after(1) as patience:
            await child.ref.call(Doer.do, doing(sleeping(3), clocking(ends), echoing("late")))
        answer = await child.ref.call(Doer.do, echoing("mine"))

    assert (True, [pytest.approx(3)], "mine") == (patience.cancelled_caught, ends, answer)


async def test_a_caller_that_leaves_never_harms_the_callee(autojump_clock: MockClock):
    births: list[float] = []
    answers: list[object] = []
    child = doer("child", births)

    async with alive(child), trio.open_nursery() as nursery:
        with trio.move_on_after(1):
            async with trio.open_nursery() as impatient:
                impatient.start_soon(keep, answers, child.ref, doing(sleeping(3), echoing("no")))
                await wait_all_tasks_blocked()
                impatient.start_soon(keep, answers, child.ref, echoing("no"))
                await wait_all_tasks_blocked()
                nursery.start_soon(keep, answers, child.ref, echoing("behind them"))

    assert (["behind them"], 1) == (answers, len(births))


async def leave(gate: trio.Event, scope: trio.CancelScope) -> None:
    await gate.wait()
    scope.cancel()


async def test_a_caller_that_leaves_in_the_moment_of_its_answer_harms_nobody(
    autojump_clock: MockClock,
):
    births: list[float] = []
    child = doer("child", births)

    async with alive(child):
        for _ in range(50):  # Trio wakes handler and leaver in random order
            gate = trio.Event()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(leave, gate, nursery.cancel_scope)
                nursery.start_soon(ask, child.ref, waiting(gate))
                await wait_all_tasks_blocked()
                gate.set()
        answer = await child.ref.call(Doer.do, echoing("fine"))

    assert ("fine", 1) == (answer, len(births))


async def test_callers_that_wait_for_room_are_refused_when_the_place_closes(
    autojump_clock: MockClock,
):
    answers: list[object] = []
    child = actor("child", Doer, capacity=1)

    async with alive(child) as tree, trio.open_nursery() as nursery:
        child.ref.cast(Doer.do, sleeping(3))
        await wait_all_tasks_blocked()
        child.ref.cast(Doer.do, idle)
        for _ in range(3):
            nursery.start_soon(keep, answers, child.ref, echoing("answered"))
        await wait_all_tasks_blocked()
        await tree.stop_child(child)

    assert [Unavailable] * 3 == [type(answer) for answer in answers]
