"""Beginning many sessions anew, a few at a time; none of them stops the others."""

from collections.abc import Awaitable, Callable, Iterable

import trio

from actors import Refused
from rdvd.identity import SessionId

from .types import Session

AT_ONCE = 8  # beyond that tmux, the disk and the shells only wait for each other


async def begin_anew(
    ids: Iterable[SessionId], begin: Callable[[SessionId], Awaitable[Session]]
) -> dict[SessionId, Session | Refused]:
    """What has become of each, in the same order."""
    ordered = list(ids)
    found: dict[SessionId, Session | Refused] = {}
    room = trio.CapacityLimiter(AT_ONCE)

    async def one(id: SessionId) -> None:
        async with room:
            try:
                found[id] = await begin(id)
            except Refused as problem:
                found[id] = problem

    async with trio.open_nursery() as nursery:
        for id in ordered:
            nursery.start_soon(one, id)
    return {id: found[id] for id in ordered}
