"""The whole running tree, in start order, and the program that runs it.

What lives in it now is an example that shows itself: a clock, an actor that falls over now and
then, and a screen that draws the tree each time the clock rings.
"""

import argparse
import logging
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import trio
from attrs import frozen

from actors import Actor, GaveUp, Node, Patience, Ref, Supervisor, Topic, actor, every, run, task
from rdvd import VERSION

CLEAR_SCREEN = "\x1b[H\x1b[J"


@frozen
class Rang:
    """The clock rang, for the `count`th time in this life."""

    count: int


class Clock(Actor):
    """Rings now and then. Forgets, on restart, how often it rang."""

    def __init__(self, seconds: float, bells: Topic[Rang]) -> None:
        self._seconds = seconds
        self._bells = bells
        self._count = 0

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        self.spawn(self._tick)
        yield

    async def ring(self) -> None:
        self._count += 1
        self._bells.publish(Rang(self._count))

    async def _tick(self) -> None:
        async for _ in every(self._seconds):
            await self.ref.call(Clock.ring)  # a call, so that ticks never pile up


class Acrobat(Actor):
    """Counts what it catches, and falls at every fifth ball: watch it come back with none."""

    def __init__(self) -> None:
        self._caught = 0

    async def catch(self) -> int:
        self._caught += 1
        if self._caught == 5:
            raise RuntimeError("five are too many")
        return self._caught


class Juggler(Actor):
    """Throws the acrobat a ball at each ring, and does not fall with it."""

    def __init__(self, bells: Topic[Rang], acrobat: Ref[Acrobat]) -> None:
        self._bells = bells
        self._acrobat = acrobat

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        self.spawn(self._throw)
        yield

    async def _throw(self) -> None:
        with self._bells.subscribe() as rings:
            async for _ in rings:
                self._acrobat.cast(Acrobat.catch)


async def show(
    bells: Topic[Rang],
    snapshot: Callable[[], Node],
    *,
    stopping: trio.Event,  # noqa: ARG001 - there is nothing to finish, so its grace is none
    task_status: trio.TaskStatus[Any],  # Any: the kit wants no value
) -> None:
    """Draw the tree at each ring: over the last drawing on a terminal, else below it."""
    with bells.subscribe() as rings:
        task_status.started()
        async for _ in rings:
            start = CLEAR_SCREEN if sys.stdout.isatty() else ""
            sys.stdout.write(f"{start}{snapshot().render()}\n\nCtrl-C stops it.\n")
            sys.stdout.flush()


def tree(seconds: float) -> Supervisor:
    """Everything that lives in rdvd, in start order: each line may use only the lines above."""
    bells = Topic[Rang]("bells")

    acrobat = actor("acrobat", Acrobat)
    juggler = actor("juggler", lambda: Juggler(bells, acrobat.ref))
    circus = Supervisor(
        "circus", acrobat, juggler, strategy="rest_for_one", patience=Patience(window=10)
    )
    clock = actor("clock", lambda: Clock(seconds, bells))
    screen = task("screen", partial(show, bells, lambda: root.snapshot()), grace=0)

    root = Supervisor("rdvd", circus, clock, screen)
    return root


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the tree until a signal stops it. Exit 1 if it gave up."""
    options = _parse(arguments)
    logging.getLogger("actors").addHandler(logging.NullHandler())  # the screen shows it all
    try:
        trio.run(run, tree(options.seconds))
    except GaveUp as error:
        sys.exit(f"rdvd: {error}")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rdvd", description="An example tree that shows itself.")
    parser.add_argument("--version", action="version", version=f"rdvd {VERSION}")
    parser.add_argument("--seconds", type=_period, default=1, help="between two drawings (1)")
    return parser.parse_args(arguments)


def _period(text: str) -> float:
    seconds = float(text)
    if not 0.01 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"between 0.01 and 3600 seconds, not {text}")
    return seconds
