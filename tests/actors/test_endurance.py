"""What must not bring down, freeze or fatten a tree that runs for months."""

import gc
import logging
import math
import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager, suppress

import pytest
import trio
from trio.testing import MockClock

from actors import Actor, Patience, Supervisor, Unavailable, actor, every, task
from actors.testing import running

from .small import Doer, Host, alive, doer, echoing, failing, sleeping


class Indescribable(Exception):
    def __str__(self) -> str:
        raise TypeError("there are no words for it")


async def test_an_error_that_cannot_be_described_is_a_crash_like_any(autojump_clock: MockClock):
    a = doer("a")

    async with alive(a):
        with trio.fail_after(50), pytest.raises(Unavailable):
            await a.ref.call(Doer.do, failing(Indescribable()))


async def test_an_error_that_cannot_be_described_does_not_stop_a_shutdown(
    autojump_clock: MockClock,
):
    a, b = doer("a"), actor("b", lambda: Host(after=failing(Indescribable())))

    with trio.fail_after(500):
        async with running(a, b):
            pass

    assert [a.status, b.status] == ["down", "down"]


@contextmanager
def filtered_by(bad_filter: logging.Filter) -> Generator[None]:
    logger = logging.getLogger("actors")
    logger.addFilter(bad_filter)
    try:
        yield
    finally:
        logger.removeFilter(bad_filter)


class Raising(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        raise KeyError(record.msg)


async def test_a_log_filter_that_raises_does_not_keep_the_tree_from_its_work(
    autojump_clock: MockClock,
):
    a = doer("a")

    with filtered_by(Raising()), trio.fail_after(500):
        async with running(a):
            with suppress(Unavailable):
                await a.ref.call(Doer.do, failing(ValueError()))
            answer = await a.ref.call(Doer.do, echoing("well"))

    assert answer == "well"


async def test_what_a_dying_errand_spawns_is_ended_too(autojump_clock: MockClock):
    async def spawn_at_the_end(me: Doer) -> None:
        try:
            await trio.sleep_forever()
        finally:
            me.spawn(trio.sleep_forever)

    async def begin(me: Doer) -> None:
        me.spawn(spawn_at_the_end, me)

    a = doer("a")
    supervisor = Supervisor("supervisor", a)

    async with alive(supervisor):
        await a.ref.call(Doer.do, begin)
        with trio.fail_after(100):
            await supervisor.stop_child(a)


async def test_an_actor_whose_life_is_over_cannot_spawn(autojump_clock: MockClock):
    actors_made: list[Doer] = []

    def make() -> Doer:
        actors_made.append(Doer())
        return actors_made[-1]

    a = actor("a", make, restart="temporary")

    async with alive(a):
        with suppress(Unavailable):
            await a.ref.call(Doer.do, failing(ValueError()))
        await a.ref.wait_stopped()
        with pytest.raises(RuntimeError, match="over"):
            actors_made[0].spawn(trio.sleep_forever)


async def test_restarts_without_delay_leave_room_for_others():
    births = 0

    def build() -> Doer:
        nonlocal births
        births += 1
        if births > 1:
            raise ValueError("every further one is stillborn")
        return Doer()

    a = actor("a", build)
    turns = 0
    with trio.move_on_after(5):
        async with running(a, patience=Patience(window=0)):
            a.ref.cast(Doer.do, failing(ValueError()))
            for _ in range(100):
                await trio.lowlevel.checkpoint()
                turns += 1

    assert turns == 100


async def test_a_thousand_errands_that_fall_together_are_one_crash(autojump_clock: MockClock):
    async def lose_the_network() -> None:
        await trio.sleep(1)
        raise OSError("net")

    async def serve_many(me: Doer) -> None:
        for _ in range(3000):
            me.spawn(lose_the_network)

    a = doer("a")
    async with alive(Supervisor("supervisor", a)):
        await a.ref.call(Doer.do, serve_many)
        await trio.sleep(3)

        assert [await a.ref.call(Doer.do, echoing(3)), a.restarts] == [3, 1]


async def test_who_ends_while_its_group_stops_stays_down(autojump_clock: MockClock):
    runs: list[float] = []

    async def job(*, stopping: trio.Event, task_status: trio.TaskStatus[None]) -> None:
        runs.append(trio.current_time())
        task_status.started()
        await trio.sleep(2)

    a, slow = doer("a"), actor("slow", lambda: Host(after=sleeping(3)))
    once = task("job", job, restart="transient")
    async with alive(a, once, slow, strategy="rest_for_one"):
        await trio.sleep(1)
        with suppress(Unavailable):
            await a.ref.call(Doer.do, failing(ValueError()))
        await trio.sleep(10)

    assert len(runs) == 1


class Browser(Actor):
    async def request(self, method: str) -> str:
        return method


async def test_a_handler_may_have_a_parameter_called_method(autojump_clock: MockClock):
    browser = actor("browser", Browser)

    async with alive(browser):
        assert await browser.ref.call(Browser.request, method="GET") == "GET"


class Big:
    """Something one does not want to keep."""


class Keeper(Actor):
    async def look_at(self, thing: Big) -> None: ...


async def test_an_idle_actor_holds_no_message(autojump_clock: MockClock):
    keeper, thing = actor("keeper", Keeper), Big()
    trace = weakref.ref(thing)

    async with alive(keeper):
        await keeper.ref.call(Keeper.look_at, thing)
        del thing
        await trio.sleep(1)
        gc.collect()

        assert trace() is None


async def test_a_snapshot_may_be_taken_from_another_thread():
    errors: list[RuntimeError] = []
    done = threading.Event()

    def look(tree: Supervisor) -> None:
        while not done.is_set():
            try:
                tree.snapshot()
            except RuntimeError as error:
                errors.append(error)

    async with running() as tree, trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, look, tree)
        for number in range(300):
            child = actor(f"child {number}", Doer)
            await tree.start_child(child)
            await tree.stop_child(child)
        done.set()

    assert errors == []


async def test_every_may_be_never(autojump_clock: MockClock):
    with trio.move_on_after(10) as scope:
        async for _ in every(math.inf):
            pass

    assert scope.cancelled_caught
