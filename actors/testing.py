"""Helpers for testing actors, one's own and the kit's."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Generic, TypeVar

import trio

from actors.actor import Actor
from actors.child import Child, Life
from actors.errors import Unavailable
from actors.policy import Patience, Strategy
from actors.ref import Ref
from actors.root import as_root, live
from actors.supervisor import Supervisor
from actors.topic import Subscription, Topic

E = TypeVar("E")
F = TypeVar("F")

EXACT = Patience(jitter=0)


class InducedCrash(Exception):
    """What `crash` makes an actor fall over."""


@asynccontextmanager
async def running(
    *children: Child, strategy: Strategy = "one_for_one", patience: Patience = EXACT
) -> AsyncGenerator[Supervisor, None]:
    """A supervisor around these children: up inside the block, stopped in order after it.

    If it falls, the block is cancelled and what it fell over is raised.
    """
    root = Supervisor("test", *children, strategy=strategy, patience=patience)
    error: BaseException | None = None
    async with trio.open_nursery() as nursery:
        life = as_root(root, nursery)
        nursery.start_soon(_live, life, nursery.cancel_scope)
        try:
            await life.wait_for_news()
            if life.is_up:
                yield root
        except Exception as raised:
            error = raised  # raised again below, where no nursery wraps it
        finally:
            root.stop()
    error = error or life.crash
    if error is not None:
        raise error


async def _live(life: Life, block: trio.CancelScope) -> None:
    await live(life)
    if life.crash is not None:
        block.cancel()


async def crash(ref: Ref[Actor]) -> None:
    """Make an actor fall over a message; return when its place is up again, or down for good."""
    with suppress(Unavailable):
        await ref.call(_fall)
    with suppress(Unavailable):
        await ref.call(_stand)


async def _fall(_: Actor) -> None:
    raise InducedCrash("a test made it fall")


async def _stand(_: Actor) -> None:
    pass


class Recorder(Generic[E]):
    """Everything a topic published since `recording` began, in order."""

    def __init__(self, heard: Subscription[E]) -> None:
        self._heard = heard
        self._events: list[E] = []

    @property
    def events(self) -> list[E]:
        self._events += self._heard.pending()
        return self._events

    async def wait_for(self, kind: type[F]) -> F:
        """The first event of this class, among those heard already and those to come."""
        for event in self.events:
            if isinstance(event, kind):
                return event
        async for event in self._heard:
            self._events.append(event)
            if isinstance(event, kind):
                return event
        raise AssertionError("a subscription has no end")


@contextmanager
def recording(topic: Topic[E]) -> Generator[Recorder[E], None, None]:
    """Record a topic inside the `with` block."""
    with topic.subscribe(buffer=100_000) as heard:
        yield Recorder(heard)
