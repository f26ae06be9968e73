"""The contenders of the kit's bench: what `kit_raw` does, done with actors."""

import logging

import trio
from trio.testing import wait_all_tasks_blocked

from actors import Actor, ActorChild, Patience, Ref, Supervisor, Topic, actor
from actors.testing import running

from .countdown import Countdown
from .kit_raw import BURST, LISTENER_BUFFER, LISTENERS
from .memory import resident_bytes
from .stopwatch import Stopwatch

FAR_AWAY = 3600


class Echo(Actor):
    async def say(self, value: int) -> int:
        return value

    async def count(self, countdown: Countdown) -> None:
        countdown.count()

    async def fall(self) -> None:
        raise ZeroDivisionError


class Asker(Actor):
    """Asks another actor from inside a handler, as most actors of a daemon do."""

    def __init__(self, echo: Ref[Echo]) -> None:
        self._echo = echo

    async def ask(self, times: int) -> float:
        with Stopwatch() as watch:
            for value in range(times):
                await self._echo.call(Echo.say, value)
        return watch.seconds


async def call(times: int) -> float:
    echo = actor("echo", Echo)
    async with running(echo):
        with Stopwatch() as watch:
            for value in range(times):
                await echo.ref.call(Echo.say, value)
    return watch.seconds


async def call_with_deadline(times: int) -> float:
    echo = actor("echo", Echo)
    async with running(echo):
        with Stopwatch() as watch:
            for value in range(times):
                with trio.fail_after(5):
                    await echo.ref.call(Echo.say, value)
    return watch.seconds


async def call_from_handler(times: int) -> float:
    echo = actor("echo", Echo)
    asker = actor("asker", lambda: Asker(echo.ref))
    async with running(echo, asker):
        with trio.fail_after(FAR_AWAY):
            return await asker.ref.call(Asker.ask, times)


async def cast(times: int) -> float:
    echo = actor("echo", Echo)
    async with running(echo):
        with Stopwatch() as watch:
            for _ in range(times // BURST):
                drained = Countdown(BURST)
                for _ in range(BURST):
                    echo.ref.cast(Echo.count, drained)
                await drained.wait()
    return watch.seconds


async def publish(times: int) -> float:
    topic = Topic[Countdown]("bench")
    subscribed = Countdown(LISTENERS)
    async with trio.open_nursery() as nursery:
        for _ in range(LISTENERS):
            nursery.start_soon(_listen, topic, subscribed)
        await subscribed.wait()
        with Stopwatch() as watch:
            for _ in range(times // LISTENERS):
                heard = Countdown(LISTENERS)
                topic.publish(heard)
                await heard.wait()
        nursery.cancel_scope.cancel()
    return watch.seconds


async def _listen(topic: Topic[Countdown], subscribed: Countdown) -> None:
    with topic.subscribe(LISTENER_BUFFER) as events:
        subscribed.count()
        async for event in events:
            event.count()


async def idle_actors(times: int) -> float:
    async with running(actor("first", Echo)):
        before = resident_bytes()
        async with running(*_echoes(times)):
            await wait_all_tasks_blocked()
            return resident_bytes() - before


async def start_stop(times: int) -> float:
    with Stopwatch() as watch:
        async with running(*_echoes(times)):
            await wait_all_tasks_blocked()
    return watch.seconds


def _echoes(times: int) -> list[ActorChild[Echo]]:
    return [actor(f"echo {number}", Echo) for number in range(times)]


async def crash(times: int) -> float:
    _set_logging(logging.CRITICAL + 1)
    return await _crash(times)


async def crash_logged(times: int) -> float:
    _set_logging(logging.INFO)
    return await _crash(times)


async def _crash(times: int) -> float:
    echo = actor("echo", Echo)
    tireless = Patience(restarts=10**9, first_delay=0)
    async with running(Supervisor("tireless", echo, patience=tireless)):
        with Stopwatch() as watch:
            for value in range(times):
                echo.ref.cast(Echo.fall)
                await echo.ref.call(Echo.say, value)
    return watch.seconds


def _set_logging(level: int) -> None:
    """Hand the kit's log lines of this level and above to nobody; the traceback is kept unused."""
    log = logging.getLogger("actors")
    log.setLevel(level)
    log.propagate = False
    log.handlers = [logging.NullHandler()]
