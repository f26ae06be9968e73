"""Ticks: after one period, without drift, and what is missed is missed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from actors import Actor, actor, every

from .families import AN_HOUR, find, tree_of


class Clock(Actor):
    """Ticks each second, by calls, while somebody keeps it busy."""

    def __init__(self) -> None:
        self._ticks = 0

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        self.spawn(self._tick)
        yield

    async def tick(self) -> None:
        self._ticks += 1

    async def ticks(self) -> int:
        return self._ticks

    async def dawdle(self, seconds: float) -> None:
        await trio.sleep(seconds)

    async def _tick(self) -> None:
        async for _ in every(1):
            await self.ref.call(Clock.tick)


async def ticks(period: float, *bodies: float) -> list[float]:
    """When each tick came, if the body of each takes as long as said."""
    began = trio.current_time()
    times: list[float] = []
    works = iter(bodies)
    with trio.fail_after(AN_HOUR):
        async for _ in every(period):
            times.append(trio.current_time() - began)
            work = next(works, None)
            if work is None:
                break
            await trio.sleep(work)
    return times


async def test_every_does_not_drift_and_skips_missed_ticks(autojump_clock: MockClock):
    times = await ticks(3, 1, 0, 7, 1)

    assert [3, 6, 9, 18, 21] == pytest.approx(times)


async def test_every_ticks_first_after_one_period(autojump_clock: MockClock):
    assert [10] == pytest.approx(await ticks(10))


async def test_every_does_not_drift_in_a_thousand_ticks(autojump_clock: MockClock):
    times = await ticks(0.1, *([0.03] * 999))

    assert 100 == pytest.approx(times[-1])


@pytest.mark.parametrize("period", [0, -1, float("nan")])
async def test_a_period_of_nothing_is_an_error(autojump_clock: MockClock, period: float):
    with pytest.raises(ValueError, match="period"):
        every(period)


async def test_ticks_that_are_calls_never_pile_up(autojump_clock: MockClock):
    clock = actor("clock", Clock, capacity=2)
    async with tree_of(clock) as tree:
        clock.ref.cast(Clock.dawdle, 100.5)
        await trio.sleep(50)
        queued = find(tree.snapshot(), "clock").queued
        await trio.sleep(60.2)

        assert 1 == queued
        assert await clock.ref.call(Clock.ticks) in (10, 11)
        assert 0 == find(tree.snapshot(), "clock").restarts
