"""Tiny actors that tell a journal what happens to them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio

from actors import Actor, ActorChild, Child, Node, Patience, Restart, Strategy, Supervisor, actor
from actors.testing import running

Journal = list[str]

AN_HOUR = 3600
A_DAY = 24 * AN_HOUR
EXACT = Patience(jitter=0)


@asynccontextmanager
async def tree_of(
    *children: Child, strategy: Strategy = "one_for_one", patience: Patience = EXACT
) -> AsyncGenerator[Supervisor, None]:
    """A running tree in which a hang is a failure; the autojump clock makes a day short."""
    with trio.fail_after(A_DAY):
        async with running(*children, strategy=strategy, patience=patience) as tree:
            yield tree


class Witness(Actor):
    """Notes when it comes up, what it is told, and when it has gone."""

    def __init__(self, name: str, journal: Journal) -> None:
        self.name = name
        self.journal = journal

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        self.tell("up")
        try:
            yield
        finally:
            self.tell("gone")

    async def note(self, what: str) -> str:
        self.tell(what)
        return what

    async def hold(self, release: trio.Event) -> None:
        """Stay in this message until told otherwise."""
        self.tell("holds")
        await release.wait()
        self.tell("let go")

    async def work(self, seconds: float) -> None:
        await trio.sleep(seconds)

    async def leave(self) -> None:
        self.stop()

    async def fall(self) -> None:
        raise ValueError(f"{self.name} fell")

    def tell(self, what: str) -> None:
        self.journal.append(f"{self.name} {what}")


class SlowLeaver(Witness):
    """Takes its time to say goodbye."""

    def __init__(self, name: str, journal: Journal, seconds: float) -> None:
        super().__init__(name, journal)
        self.seconds = seconds

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        self.tell("up")
        try:
            yield
        finally:
            self.tell("leaves")
            try:
                await trio.sleep(self.seconds)
            finally:
                self.tell("gone")


class SlowStarter(Witness):
    """Comes up when the gate opens, not before."""

    def __init__(self, name: str, journal: Journal, gate: trio.Event) -> None:
        super().__init__(name, journal)
        self.gate = gate

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        self.tell("starts")
        try:
            await self.gate.wait()
            self.tell("up")
            yield
        finally:
            self.tell("gone")


def witness(
    name: str,
    journal: Journal,
    *,
    restart: Restart = "permanent",
    grace: float = 5,
    capacity: int = 64,
) -> ActorChild[Witness]:
    return actor(
        name, lambda: Witness(name, journal), restart=restart, grace=grace, capacity=capacity
    )


def slow_leaver(
    name: str, journal: Journal, *, seconds: float = 1, grace: float = 5
) -> ActorChild[SlowLeaver]:
    return actor(name, lambda: SlowLeaver(name, journal, seconds), grace=grace)


def slow_starter(name: str, journal: Journal, gate: trio.Event) -> ActorChild[SlowStarter]:
    return actor(name, lambda: SlowStarter(name, journal, gate))


async def hold(child: ActorChild[Witness], release: trio.Event) -> None:
    await child.ref.call(Witness.hold, release)


async def note(child: ActorChild[Witness], what: str) -> None:
    await child.ref.call(Witness.note, what)


def find(tree: Node, name: str) -> Node:
    """The place of this name, somewhere in the tree."""
    return next(node for node in every_node(tree) if node.name == name)


def every_node(tree: Node) -> list[Node]:
    return [tree, *(node for child in tree.children for node in every_node(child))]


def names(tree: Node) -> list[str]:
    return [child.name for child in tree.children]


def told_by(name: str, journal: Journal) -> list[str]:
    return [line.removeprefix(f"{name} ") for line in journal if line.startswith(f"{name} ")]
