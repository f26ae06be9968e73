"""The files of entries, and how an act on them that was cut off is undone."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import trio
from attrs import frozen

from rdvd.ground.store import Store

from . import moving, queries, storage
from .moving import Home
from .settings import TrashSettings
from .types import NotPossible, TrashEntry
from .walking import Check

log = logging.getLogger("rdvd.trash")

P = ParamSpec("P")
R = TypeVar("R")


@frozen
class Custody:
    store: Store
    settings: TrashSettings

    def home(self, entry: TrashEntry) -> Home:
        return Home(Path(os.path.realpath(self.settings.directory)) / entry.id)

    async def give_back(self, entry: TrashEntry, below: Path | None) -> None:
        """Every item to its target."""
        home = self.home(entry)
        copies = await until_cancelled(moving.give_back, home, entry.moved, below)
        if copies:
            await self.store.write(storage.note_copies, entry.id, copies)
            await trio.to_thread.run_sync(moving.name_copies, home, copies)

    async def undo_put(self, entry: TrashEntry) -> None:
        left = await trio.to_thread.run_sync(moving.put_back, self.home(entry), entry.moved)
        await self.store.write(storage.put_back, entry, left)

    async def undo_restore(self, entry: TrashEntry) -> None:
        known = await self.store.read(queries.find, entry.id) or entry
        await trio.to_thread.run_sync(moving.take_back, self.home(entry), known.moved)
        await self.store.write(storage.move, entry.id, "leaving", "kept")

    async def end_asides(self, entry: TrashEntry) -> None:
        """What was copied is in the trash for good; now its original may go."""
        for item in entry.items:
            if item.is_aside:
                try:
                    await until_cancelled(moving.end_aside, self.home(entry), item)
                except (NotPossible, OSError) as problem:
                    log.error("original_left", extra={"entry": entry.id, "why": str(problem)})
                else:
                    await self.store.write(storage.settle, entry.id, item.number)


async def until_cancelled(
    fn: Callable[Concatenate[Check, P], R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """In a thread, which asks often enough whether anybody still waits."""

    def work() -> R:
        return fn(trio.from_thread.check_cancelled, *args, **kwargs)

    return await trio.to_thread.run_sync(work)
