"""Two things at once, of which each may refuse."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio
from outcome import Error, Outcome, Value

from actors import Refused

A = TypeVar("A")
B = TypeVar("B")


async def both(one: Callable[[], Awaitable[A]], other: Callable[[], Awaitable[B]]) -> tuple[A, B]:
    """What both return. A refusal lets the other come to its end, and is then raised as it is."""
    first: list[Outcome[A]] = []
    second: list[Outcome[B]] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_do, one, first)
        await _do(other, second)
    return first[0].unwrap(), second[0].unwrap()


async def _do(act: Callable[[], Awaitable[A]], done: list[Outcome[A]]) -> None:
    try:
        done.append(Value(await act()))
    except Refused as problem:
        done.append(Error(problem))
