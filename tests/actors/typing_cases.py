"""What a type checker knows about calls. Never run: pyright reads it.

Each `ignore` names the one error that must be found on its line; if it is not found, the unneeded
`ignore` is itself an error. Each `assert_type` is a result that must be inferred.
"""

from contextlib import suppress
from functools import partial
from typing import Any, NewType, assert_type

import trio
from attrs import frozen

from actors import Actor, Child, Ref, Supervisor, Topic, Unavailable, actor, task

SessionId = NewType("SessionId", str)


@frozen
class Session:
    id: SessionId


class Sessions(Actor):
    async def open(self, name: str, *, folder: int | None = None) -> Session:
        return Session(SessionId(f"{folder}/{name}"))

    async def close(self, session: SessionId) -> None: ...

    async def everything(self) -> list[Session]:
        return [await self.ref.call(Sessions.open, "mine")]

    async def _sweep(self) -> None: ...

    def count(self) -> int:
        return 0


class Clock(Actor):
    async def ring(self) -> int:
        return 0


async def results_are_inferred(sessions: Ref[Sessions], clock: Ref[Clock]) -> None:
    assert_type(await sessions.call(Sessions.open, "main"), Session)
    assert_type(await sessions.call(Sessions.open, "main", folder=3), Session)
    assert_type(await sessions.call(Sessions.everything), list[Session])
    assert_type(await sessions.call(Sessions.close, SessionId("a")), None)
    assert_type(await clock.call(Clock.ring), int)
    with suppress(Unavailable):
        assert_type(clock.cast(Clock.ring), None)


async def mistakes_are_found_at_the_call(sessions: Ref[Sessions]) -> None:
    await sessions.call(Sessions.open)  # pyright: ignore[reportCallIssue] - an argument is missing
    await sessions.call(Sessions.open, 3)  # pyright: ignore[reportArgumentType] - of a wrong type
    await sessions.call(Sessions.open, "a", "b")  # pyright: ignore[reportCallIssue] - too many
    await sessions.call(Sessions.open, "a", foldr=3)  # pyright: ignore[reportCallIssue] - misspelt
    await sessions.call(Sessions.close, "a")  # pyright: ignore[reportArgumentType] - a bare str
    await sessions.call(Clock.ring)  # pyright: ignore[reportArgumentType] - another actor's method
    await sessions.call(Sessions._sweep)  # pyright: ignore[reportPrivateUsage] - a private method
    await sessions.call(Sessions.count)  # pyright: ignore[reportArgumentType] - a sync method


def casts_are_checked_alike(sessions: Ref[Sessions]) -> None:
    sessions.cast(Sessions.close, SessionId("a"))
    sessions.cast(Sessions.close)  # pyright: ignore[reportCallIssue] - an argument is missing
    sessions.cast(Sessions.close, "a")  # pyright: ignore[reportArgumentType] - a bare str
    sessions.cast(Clock.ring)  # pyright: ignore[reportArgumentType] - another actor's method
    sessions.cast(Sessions.count)  # pyright: ignore[reportArgumentType] - a sync method


async def refs_know_their_actor(supervisor: Supervisor, child: Child) -> None:
    assert_type(actor("clock", Clock).ref, Ref[Clock])
    assert_type(await supervisor.start_child(actor("clock", Clock)), Ref[Clock])
    assert_type(await supervisor.start_child(child), None)
    anybody: Ref[Actor] = actor("clock", Clock).ref
    del anybody
    actor("clock", lambda: 3)  # pyright: ignore[reportArgumentType] - no actor
    actor("clock", Clock, restart="always")  # pyright: ignore[reportArgumentType] - no such kind
    Supervisor("s", strategy="all_for_one")  # pyright: ignore[reportArgumentType] - no such strategy


class Spawner(Actor):
    async def go(self) -> None:
        self.spawn(self._count, 3)
        self.spawn(self._count, "three")  # pyright: ignore[reportArgumentType] - of a wrong type
        self.spawn(self._count)  # pyright: ignore[reportArgumentType] - an argument is missing
        mine: Ref[Spawner] = self.ref
        del mine

    async def _count(self, upto: int) -> None: ...


async def serve(port: int, *, stopping: trio.Event, task_status: trio.TaskStatus[Any]) -> None: ...


async def deaf(*, task_status: trio.TaskStatus[Any]) -> None: ...


def tasks_must_listen() -> None:
    task("http", partial(serve, 80))
    task("http", deaf)  # pyright: ignore[reportArgumentType] - it cannot be told to stop


async def topics_carry_one_type(bells: Topic[int]) -> None:
    bells.publish("ding")  # pyright: ignore[reportArgumentType] - of a wrong type
    with bells.subscribe() as rings:
        async for ring in rings:
            assert_type(ring, int)
