"""How late the loop is: exact on a clock of ours, and true of a loop that is really blocked."""

import threading
from functools import partial

import trio
import trio.testing

from actors import task
from actors.testing import running
from rdvd.health.lag import LoopLag


async def test_a_loop_with_nothing_to_do_is_not_late(autojump_clock: trio.testing.MockClock):
    lag = LoopLag()
    async with running(task("lag", lag.watch)):
        await trio.sleep(10.5)

    assert (lag.last, lag.longest) == (0.0, 0.0)


async def test_a_delay_is_the_longest_for_a_minute(mock_clock: trio.testing.MockClock):
    lag = LoopLag()
    async with running(task("lag", lag.watch)):
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(3.5)  # nobody ran in this time: the tick of 1 s is 2.5 s late
        await trio.testing.wait_all_tasks_blocked()
        assert (lag.last, lag.longest) == (2.5, 2.5)
        for _ in range(59):
            mock_clock.jump(1.0)
            await trio.testing.wait_all_tasks_blocked()
        assert (lag.last, lag.longest) == (0.0, 2.5)
        mock_clock.jump(1.5)
        await trio.testing.wait_all_tasks_blocked()
        assert lag.longest == 0.5


async def test_a_delay_is_forgotten_even_when_nobody_measures_any_more(
    mock_clock: trio.testing.MockClock,
):
    lag = LoopLag()
    async with running(task("lag", lag.watch)):
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(2.0)
        await trio.testing.wait_all_tasks_blocked()
    assert lag.longest == 1.0

    mock_clock.jump(61)

    assert lag.longest == 0.0


async def test_a_handler_that_holds_up_the_real_loop_is_seen():
    lag = LoopLag()
    async with running(task("lag", lag.watch)):
        await trio.testing.wait_all_tasks_blocked()
        await trio.to_thread.run_sync(partial(threading.Event().wait, 0.8))
        threading.Event().wait(0.6)  # on the loop itself, until 0.4 s after the tick
        await trio.testing.wait_all_tasks_blocked()

    assert 0.3 < lag.last < 1.0
    assert lag.longest == lag.last
