"""A supervisor that is asked for what would wait for its own asker says so at once."""

import pytest
import trio
from trio.testing import MockClock

from actors import CallCycle, Supervisor, Unavailable, actor

from .small import (
    Doer,
    Host,
    Work,
    alive,
    calling,
    catching,
    doer,
    doing,
    echoing,
    failing,
    idle,
    sleeping,
    stopping,
)

Caught = list[tuple[type[Exception], float]]
AT_ONCE = [(CallCycle, pytest.approx(0))]


def asking_for_a_child(supervisor: list[Supervisor]) -> Work:
    """The list is filled once there is a supervisor to ask."""

    async def work(_: Doer) -> None:
        await supervisor[0].start_child(doer("another"))

    return work


async def test_a_lifespan_that_starts_a_child_in_its_own_supervisor_is_a_cycle(
    autojump_clock: MockClock,
):
    caught: Caught = []
    asked: list[Supervisor] = []
    host = actor("host", lambda: Host(catching(caught, asking_for_a_child(asked))))
    asked.append(Supervisor("own", host))

    async with alive(asked[0]):
        pass

    assert AT_ONCE == caught


async def test_a_lifespan_that_starts_a_child_in_a_supervisor_above_its_own_is_a_cycle(
    autojump_clock: MockClock,
):
    caught: Caught = []
    asked: list[Supervisor] = []
    host = actor("host", lambda: Host(catching(caught, asking_for_a_child(asked))))
    asked.append(Supervisor("above", Supervisor("own", host)))

    async with alive(asked[0]):
        pass

    assert AT_ONCE == caught


async def test_a_later_life_that_starts_a_child_by_way_of_another_actor_is_a_cycle(
    autojump_clock: MockClock,
):
    caught: Caught = []
    asked: list[Supervisor] = []
    other = doer("other")
    begin = calling(other.ref, catching(caught, asking_for_a_child(asked)))
    lives = iter([Host(), Host(begin)])
    host = actor("host", lambda: next(lives))
    asked.append(Supervisor("own", host))

    async with alive(other, asked[0]):
        host.ref.cast(Doer.do, failing(ValueError("next life, please")))
        await host.ref.call(Doer.do, idle)

    assert AT_ONCE == caught


async def test_a_handler_may_start_a_child_in_its_own_supervisor(autojump_clock: MockClock):
    child = doer()

    async with alive(child) as tree:
        await child.ref.call(Doer.do, asking_for_a_child([tree]))

        assert ["doer", "another"] == [node.name for node in tree.snapshot().children]


@pytest.mark.parametrize("is_relayed", [False, True])
@pytest.mark.parametrize("is_supervisor", [False, True])
async def test_an_actor_that_has_itself_stopped_by_its_supervisor_is_a_cycle(
    is_relayed: bool, is_supervisor: bool, autojump_clock: MockClock
):
    caught: Caught = []
    child, other = doer("child"), doer("other")
    inner = Supervisor("inner", child)

    async with alive(inner, other) as tree:

        async def stop_it(_: Doer) -> None:
            await (tree.stop_child(inner) if is_supervisor else inner.stop_child(child))

        work = catching(caught, stop_it)
        await child.ref.call(Doer.do, calling(other.ref, work) if is_relayed else work)

    assert AT_ONCE == caught


async def test_an_actor_that_stops_itself_is_answered_and_restarted_by_its_kind(
    autojump_clock: MockClock,
):
    births: list[float] = []
    child = doer("child", births)

    async with alive(child):
        answer = await child.ref.call(Doer.do, doing(stopping, echoing("bye")))
        await child.ref.call(Doer.do, idle)

    assert ("bye", 2) == (answer, len(births))


async def test_a_lifespan_cannot_wait_for_a_sibling_that_starts_after_it(
    autojump_clock: MockClock,
):
    caught: Caught = []
    later = doer("later")
    lives = iter([Host(), Host(catching(caught, calling(later.ref)))])
    early = actor("early", lambda: next(lives))

    async with alive(early, later, strategy="one_for_all"):
        early.ref.cast(Doer.do, failing(ValueError("next life, please")))
        await early.ref.call(Doer.do, idle)

    assert [(Unavailable, pytest.approx(0))] == caught


async def test_a_lifespan_cannot_wait_for_a_later_sibling_by_way_of_another_actor(
    autojump_clock: MockClock,
):
    caught: Caught = []
    other, later = doer("other"), doer("later")
    begin = calling(other.ref, catching(caught, calling(later.ref)))
    lives = iter([Host(), Host(begin)])
    early = actor("early", lambda: next(lives))
    group = Supervisor("group", early, later, strategy="one_for_all")

    async with alive(other, group):
        early.ref.cast(Doer.do, failing(ValueError("next life, please")))
        await early.ref.call(Doer.do, idle)

    assert [(Unavailable, pytest.approx(0))] == caught


async def test_a_lifespan_that_waits_for_a_sibling_which_crashes_meanwhile_is_refused(
    autojump_clock: MockClock,
):
    """Its restart would wait for the lifespan, which waits for its answer."""
    caught: Caught = []
    before = doer("before")
    host = actor("host", lambda: Host(catching(caught, calling(before.ref))))

    async with alive(before) as tree:
        before.ref.cast(Doer.do, doing(sleeping(1), failing(ValueError("poison"))))
        with trio.fail_after(10):
            await tree.start_child(host)

    assert [(Unavailable, pytest.approx(1))] == caught
