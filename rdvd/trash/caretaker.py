"""Undoes what the last end of the daemon has cut off, and removes what is gone for good."""

import logging
from collections.abc import Callable

import trio

from actors import Unavailable
from rdvd.ground.errors import Problem, StorageFull
from rdvd.ground.private import make_directory

from . import queries, storage
from .custody import Custody, until_cancelled
from .moving import clear, names_of
from .types import TrashEntry, TrashState, readable

log = logging.getLogger("rdvd.trash")


class Caretaker:
    """`tell` hears of every entry that is gone, files and all."""

    def __init__(self, custody: Custody, tell: Callable[[TrashEntry], None]) -> None:
        self._custody = custody
        self._store = custody.store
        self._tell = tell
        self._is_asked = trio.Event()

    def ask(self) -> None:
        """There is something to remove."""
        self._is_asked.set()

    async def recover(self) -> None:
        await trio.to_thread.run_sync(make_directory, self._custody.settings.directory)
        try:
            await self._undo_all()
            for entry in await self._store.read(queries.with_asides):
                await self._custody.end_asides(entry)
            await self._tell_of_strangers()
        except (StorageFull, Unavailable, OSError) as error:  # the next start tries again
            log.error("trash_not_recovered", extra={"error": str(error)})

    async def remove_when_asked(self) -> None:
        """First what an earlier life has left."""
        while True:
            self._is_asked = trio.Event()
            last = ""
            while page := await self._store.read(queries.in_state, "going", last):
                for entry in page:
                    await self._remove(entry)
                last = page[-1].id
            await self._is_asked.wait()

    async def _undo_all(self) -> None:
        for entry in await self._cut_off("entering"):
            await self._custody.undo_put(entry)
        for entry in await self._cut_off("leaving"):
            await self._custody.undo_restore(entry)

    async def _cut_off(self, state: TrashState) -> list[TrashEntry]:
        last, found = "", list[TrashEntry]()
        while page := await self._store.read(queries.in_state, state, last):
            found += page
            last = page[-1].id
        return found

    async def _remove(self, entry: TrashEntry) -> None:
        """What resists is tried again whenever something else is removed."""
        await self._custody.end_asides(entry)
        try:
            await until_cancelled(clear, self._custody.home(entry), entry.items)
            await self._store.write(storage.forget, entry.id)
        except (Problem, OSError) as problem:
            log.error("not_removed", extra={"entry": entry.id, "error": str(problem)})
        else:
            self._tell(entry)

    async def _tell_of_strangers(self) -> None:
        """What lies in the trash and is no entry's, only a person may judge."""
        names = await trio.to_thread.run_sync(names_of, self._custody.settings.directory)
        for first in range(0, len(names), queries.PAGE):
            some = names[first : first + queries.PAGE]
            known = await self._store.read(queries.known_among, some)
            for name in sorted(set(some) - known):
                log.warning("stranger_in_trash", extra={"file": readable(name)})
