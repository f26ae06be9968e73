"""Tiny actors, the work they are told to do, and a tree in which a hang is a failure."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

from actors import (
    Actor,
    ActorChild,
    CallCycle,
    Child,
    Patience,
    Ref,
    Refused,
    Strategy,
    Supervisor,
    actor,
)
from actors.testing import EXACT, running

A_HANG = 1000  # seconds of the test's own clock


class Doer(Actor):
    """Does what it is told; what it is told is handed the actor itself."""

    async def do(self, work: "Work") -> object:
        return await work(self)


Work = Callable[[Doer], Awaitable[object]]


async def idle(_: Doer) -> None:
    await trio.lowlevel.checkpoint()


class Host(Doer):
    """A doer with something to do before it is up, and after it has handled its last message."""

    def __init__(self, before: Work = idle, after: Work = idle) -> None:
        self._before = before
        self._after = after

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        await self._before(self)
        try:
            yield
        finally:
            await self._after(self)


@asynccontextmanager
async def alive(
    *children: Child,
    strategy: Strategy = "one_for_one",
    patience: Patience = EXACT,
) -> AsyncGenerator[Supervisor]:
    """`running`, but not for ever."""
    with trio.fail_after(A_HANG):
        async with running(*children, strategy=strategy, patience=patience) as tree:
            yield tree


def doer(name: str = "doer", births: list[float] | None = None) -> ActorChild[Doer]:
    """A doer which can be asked when each of its lives began."""

    def build() -> Doer:
        if births is not None:
            births.append(trio.current_time())
        return Doer()

    return actor(name, build)


def diarist(name: str, diary: list[str]) -> ActorChild[Doer]:
    """A doer that writes down when it comes and goes."""
    return actor(name, lambda: Host(noting(diary, f"{name} up"), noting(diary, f"{name} down")))


def transient(births: list[float], after: Work, grace: float = 5) -> ActorChild[Doer]:
    """A transient one: a life after the first shows that the one before has crashed."""

    def build() -> Host:
        births.append(trio.current_time())
        return Host(after=after)

    return actor("host", build, restart="transient", grace=grace)


async def ask(ref: Ref[Doer], work: Work) -> None:
    await ref.call(Doer.do, work)


async def keep(answers: list[object], ref: Ref[Doer], work: Work) -> None:
    """Ask, and keep the answer or the refusal."""
    try:
        answers.append(await ref.call(Doer.do, work))
    except Refused as refusal:
        answers.append(refusal)


# Work.


def doing(*works: Work) -> Work:
    """One thing after the other."""

    async def work(me: Doer) -> object:
        return [await each(me) for each in works][-1]

    return work


def echoing(word: object) -> Work:
    async def work(_: Doer) -> object:
        return word

    return work


def sleeping(seconds: float) -> Work:
    async def work(_: Doer) -> None:
        await trio.sleep(seconds)

    return work


def waiting(event: trio.Event) -> Work:
    async def work(_: Doer) -> None:
        await event.wait()

    return work


def noting(diary: list[str], word: str) -> Work:
    async def work(_: Doer) -> None:
        diary.append(word)

    return work


def clocking(times: list[float]) -> Work:
    async def work(_: Doer) -> None:
        times.append(trio.current_time())

    return work


def failing(error: BaseException) -> Work:
    async def work(_: Doer) -> None:
        raise error

    return work


def calling(ref: Ref[Doer], asked: Work = idle) -> Work:
    async def work(_: Doer) -> object:
        return await ref.call(Doer.do, asked)

    return work


def casting(ref: Ref[Doer], asked: Work = idle) -> Work:
    async def work(_: Doer) -> None:
        ref.cast(Doer.do, asked)

    return work


def spawning(errand: Work) -> Work:
    async def work(me: Doer) -> None:
        me.spawn(errand, me)

    return work


def catching(caught: list[tuple[type[Exception], float]], risky: Work) -> Work:
    """Note what it was refused with, or which cycle it made, and when."""

    async def work(me: Doer) -> None:
        try:
            await risky(me)
        except (Refused, CallCycle) as error:
            caught.append((type(error), trio.current_time()))

    return work


async def stopping(me: Doer) -> None:
    me.stop()
