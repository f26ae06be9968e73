"""At the start, and then now and then. The audit log is never touched."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import trio
from attrs import frozen

from actors import Unavailable
from rdvd.ground import idempotency_store
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import StorageFull
from rdvd.ground.store import Store
from rdvd.identity import purge_tokens

from .types import CleanupSettings

log = logging.getLogger("rdvd.cleanup")

DAY_MS = 24 * 3600 * 1000


@frozen
class Sweeper:
    """`watch` is a task of the tree."""

    store: Store
    settings: CleanupSettings
    expire: Callable[[], Awaitable[int]]  # of the trash: lets go of what has been there long enough
    today: Callable[[], int] = now_ms

    async def watch(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._sweep_now_and_then)
            task_status.started()
            await stopping.wait()
            nursery.cancel_scope.cancel()

    async def sweep(self) -> None:
        """What a full disk or damage keeps from being done is left for the next time."""
        try:
            await self._look_for_damage()
            await self._purge()
        except (StorageFull, Unavailable, sqlite3.DatabaseError) as error:
            log.error("not_cleaned_up", extra={"error": str(error)})

    async def _sweep_now_and_then(self) -> None:
        while True:
            await self.sweep()
            await trio.sleep(self.settings.interval_seconds)

    async def _look_for_damage(self) -> None:
        word = await self.store.check_integrity()
        if word != "ok":
            log.error("database_not_well", extra={"integrity": word})

    async def _purge(self) -> None:
        now = self.today()
        ended = now - round(self.settings.ended_tokens_days * DAY_MS)
        purged = {
            "tokens": await self._in_pages(partial(purge_tokens, before=ended)),
            "answers": await self._in_pages(partial(idempotency_store.purge, now=now)),
            "trash": await self.expire(),
        }
        if any(purged.values()):
            log.info("cleaned_up", extra=purged)

    async def _in_pages(self, purge: Callable[[sqlite3.Connection], int]) -> int:
        """One write each, so that nobody waits for all of them."""
        total = 0
        while removed := await self.store.write(purge):
            total += removed
        return total
