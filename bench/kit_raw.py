"""The baselines of the kit's bench: the least bare Trio that does the same."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio

from .countdown import Countdown
from .memory import resident_bytes
from .stopwatch import Stopwatch

CAPACITY = 64
BURST = 64
LISTENERS = 100
LISTENER_BUFFER = 256


class Question:
    __slots__ = ("answer", "answered", "value")

    def __init__(self, value: int) -> None:
        self.value = value
        self.answer = 0
        self.answered = trio.Event()


async def ask(times: int) -> float:
    send, receive = trio.open_memory_channel[Question](CAPACITY)
    async with trio.open_nursery() as nursery, send:
        nursery.start_soon(_answer_all, receive)
        with Stopwatch() as watch:
            for value in range(times):
                question = Question(value)
                await send.send(question)
                await question.answered.wait()
    return watch.seconds


async def _answer_all(questions: trio.MemoryReceiveChannel[Question]) -> None:
    async for question in questions:
        question.answer = question.value
        question.answered.set()


async def send_nowait(times: int) -> float:
    send, receive = trio.open_memory_channel[Countdown](CAPACITY)
    async with trio.open_nursery() as nursery, send:
        nursery.start_soon(_count_all, receive)
        with Stopwatch() as watch:
            for _ in range(times // BURST):
                drained = Countdown(BURST)
                for _ in range(BURST):
                    send.send_nowait(drained)
                await drained.wait()
    return watch.seconds


async def send(times: int) -> float:
    send, receive = trio.open_memory_channel[Countdown](CAPACITY)
    async with trio.open_nursery() as nursery, send:
        nursery.start_soon(_count_all, receive)
        with Stopwatch() as watch:
            for _ in range(times // BURST):
                drained = Countdown(BURST)
                for _ in range(BURST):
                    await send.send(drained)
                await drained.wait()
    return watch.seconds


async def fan_out(times: int) -> float:
    channels = [trio.open_memory_channel[Countdown](LISTENER_BUFFER) for _ in range(LISTENERS)]
    async with trio.open_nursery() as nursery:
        for _, receive in channels:
            nursery.start_soon(_count_all, receive)
        with Stopwatch() as watch:
            for _ in range(times // LISTENERS):
                heard = Countdown(LISTENERS)
                for send, _ in channels:
                    send.send_nowait(heard)
                await heard.wait()
        for send, _ in channels:
            send.close()
    return watch.seconds


async def _count_all(messages: trio.MemoryReceiveChannel[Countdown]) -> None:
    async for message in messages:
        message.count()


async def idle_tasks(times: int) -> float:
    async with _parked_tasks(1):  # what the first one alone brings in is not the price of each
        before = resident_bytes()
        async with _parked_tasks(times):
            return resident_bytes() - before


async def start_stop(times: int) -> float:
    with Stopwatch() as watch:
        async with _parked_tasks(times):
            pass
    return watch.seconds


@asynccontextmanager
async def _parked_tasks(times: int) -> AsyncGenerator[None]:
    parked = Countdown(times)
    channels = [trio.open_memory_channel[int](CAPACITY) for _ in range(times)]
    async with trio.open_nursery() as nursery:
        for _, receive in channels:
            nursery.start_soon(_park, parked, receive)
        await parked.wait()
        yield
        for send, _ in channels:
            send.close()


async def _park(parked: Countdown, messages: trio.MemoryReceiveChannel[int]) -> None:
    parked.count()
    async for _ in messages:
        pass


async def crash(times: int) -> float:
    with Stopwatch() as watch:
        for _ in range(times):
            is_up = trio.Event()
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_fall, is_up)
                    await is_up.wait()
            except* ZeroDivisionError:
                pass
    return watch.seconds


async def _fall(is_up: trio.Event) -> None:
    is_up.set()
    raise ZeroDivisionError
