"""Facts for whoever listens: in order, never waiting, each listener on its own account."""

import weakref
from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import MockClock

from actors import Lagged, Topic
from actors.testing import recording

from .families import AN_HOUR


class Fact:
    """Something that a weak reference can point to."""


async def take(heard: AsyncIterator[int], count: int) -> list[int]:
    return [await anext(heard) for _ in range(count)]


async def test_every_listener_gets_every_event_in_order(autojump_clock: MockClock):
    numbers = Topic[int]("numbers")
    with trio.fail_after(AN_HOUR), numbers.subscribe() as one, numbers.subscribe() as two:
        for number in range(5):
            numbers.publish(number)

        assert [0, 1, 2, 3, 4] == await take(one, 5)
        assert [0, 1, 2, 3, 4] == await take(two, 5)


async def test_a_listener_that_waits_is_woken_by_the_next_event(autojump_clock: MockClock):
    numbers = Topic[int]("numbers")
    got: list[int] = []

    async def listen(task_status: trio.TaskStatus[None]) -> None:
        with numbers.subscribe() as heard:
            task_status.started()
            got.extend(await take(heard, 2))

    with trio.fail_after(AN_HOUR):
        async with trio.open_nursery() as nursery:
            await nursery.start(listen)
            numbers.publish(1)
            await trio.sleep(1)
            numbers.publish(2)

    assert [1, 2] == got


async def test_a_listener_hears_nothing_from_before_it_came(autojump_clock: MockClock):
    numbers = Topic[int]("numbers")
    numbers.publish(1)
    with trio.fail_after(AN_HOUR), numbers.subscribe() as heard:
        numbers.publish(2)

        assert [2] == await take(heard, 1)


async def test_a_listener_that_falls_behind_is_cut_off_and_others_notice_nothing(
    autojump_clock: MockClock,
):
    numbers = Topic[int]("numbers")
    with (
        trio.fail_after(AN_HOUR),
        numbers.subscribe() as before,
        numbers.subscribe(buffer=2) as slow,
        numbers.subscribe() as after,
    ):
        for number in range(5):
            numbers.publish(number)

        assert [0, 1] == await take(slow, 2)
        with pytest.raises(Lagged):
            await anext(slow)
        assert [0, 1, 2, 3, 4] == await take(before, 5)
        assert [0, 1, 2, 3, 4] == await take(after, 5)


async def test_a_full_buffer_alone_cuts_nobody_off(autojump_clock: MockClock):
    numbers = Topic[int]("numbers")
    with trio.fail_after(AN_HOUR), numbers.subscribe(buffer=2) as heard:
        for number in (0, 2):
            numbers.publish(number)
            numbers.publish(number + 1)
            assert [number, number + 1] == await take(heard, 2)


async def test_who_was_cut_off_may_subscribe_again(autojump_clock: MockClock):
    numbers = Topic[int]("numbers")
    with numbers.subscribe(buffer=1) as slow:
        for number in range(3):
            numbers.publish(number)
        with trio.fail_after(AN_HOUR), numbers.subscribe(buffer=1) as again:
            numbers.publish(3)

            assert [0] == await take(slow, 1)
            assert [3] == await take(again, 1)


async def test_leaving_the_block_ends_the_subscription(autojump_clock: MockClock):
    facts = Topic[Fact]("facts")
    with facts.subscribe() as left, facts.subscribe() as stays:
        pass
    with facts.subscribe() as stays:
        fact = Fact()
        kept = weakref.ref(fact)

        facts.publish(fact)
        with trio.fail_after(AN_HOUR):
            assert fact is await anext(stays)
        del fact

        assert kept() is None, "somebody who has left still holds it"
        with pytest.raises(trio.ClosedResourceError):
            await anext(left)


async def test_a_recording_keeps_what_it_heard_and_waits_for_the_rest(autojump_clock: MockClock):
    facts = Topic[int | str]("facts")

    async def publish_later() -> None:
        await trio.sleep(1)
        facts.publish("two")

    with trio.fail_after(AN_HOUR), recording(facts) as heard:
        facts.publish(1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(publish_later)
            found = await heard.wait_for(str)

        assert "two" == found
        assert [1, "two"] == heard.events
