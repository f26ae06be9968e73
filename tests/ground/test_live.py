"""A value that is replaced while others read it."""

import trio
import trio.testing

from rdvd.ground.live import Live


async def test_whoever_waits_for_a_new_value_gets_it_and_may_wait_for_the_next():
    number, seen = Live(1), list[int]()

    async def follow() -> None:
        while len(seen) < 2:
            await number.wait_replaced()
            seen.append(number.now)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow)
        for new in (2, 3):
            await trio.testing.wait_all_tasks_blocked()
            number.replace(new)

    assert seen == [2, 3]


async def test_what_was_replaced_before_one_waits_is_no_news():
    number = Live(1)
    number.replace(2)

    with trio.move_on_after(0) as scope:
        await number.wait_replaced()

    assert scope.cancelled_caught
