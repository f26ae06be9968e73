"""A program whose files may not grow beyond a limit, as if the disk were full; prints what it saw.

`python -m tests.ground.full_disk PATH`
"""

import json
import resource
import sys
from pathlib import Path

import trio
from attrs import Factory, asdict, define

from rdvd.ground.errors import StorageFull
from rdvd.ground.store import Store, open_store

from .books import LIBRARY, add, titles

ROOM = 400_000


@define
class Seen:
    acknowledged: list[int] = Factory(list[int])
    refusals: int = 0
    could_read: bool = False
    error_while_full: str | None = None
    error_afterwards: str | None = None


async def fill(store: Store, seen: Seen) -> None:
    """Until the disk is full for each of 16."""
    async with trio.open_nursery() as nursery:
        for _ in range(16):
            nursery.start_soon(_write_until_refused, store, seen)


async def _write_until_refused(store: Store, seen: Seen) -> None:
    while True:
        try:
            seen.acknowledged.append(await store.write(add, "x" * 2000))
        except StorageFull:
            seen.refusals += 1
            return


async def main(path: Path) -> Seen:
    seen, (_, most) = Seen(), resource.getrlimit(resource.RLIMIT_FSIZE)
    async with open_store(path, LIBRARY) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, most))
        await fill(store, seen)
        seen.error_while_full = store.facts().last_error
        seen.could_read = set(await store.read(titles)) == {"x" * 2000}
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        seen.acknowledged.append(await store.write(add, "there is room again"))
        seen.error_afterwards = store.facts().last_error
    return seen


if __name__ == "__main__":
    found = trio.run(main, Path(sys.argv[1]))
    print(json.dumps(asdict(found)))  # noqa: T201 - a program that is asked
