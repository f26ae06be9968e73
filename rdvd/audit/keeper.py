"""Keeps the log, and notes its head outside the database, so that a cut end is found.

The note follows the log by a few seconds at most: it is never ahead, and what it tells of must be
in the database for ever. Where it is not, the note stays as it is, for it is the evidence.
"""

import logging
from functools import partial
from pathlib import Path
from typing import Any

import trio

from rdvd.ground.private import BadPlace
from rdvd.ground.store import Along, Store, alone
from rdvd.identity import AuthEvent

from .chain import EMPTY, entry_of
from .noted import read_noted, write_noted
from .storage import append_all, head, holds, verify
from .types import Fault, Head, Verdict

log = logging.getLogger("rdvd.audit")

PERIOD = 5.0  # seconds between two notes while the log grows


class Keeper:
    """`watch` is a task of the tree. It stops after everything that has acts to record."""

    def __init__(self, store: Store, file: Path) -> None:
        self._store = store
        self._file = file
        self._newest = EMPTY
        self._has_grown = trio.Event()

    async def record(self, *events: AuthEvent, along: Along = alone) -> None:
        """Each as an entry, and `along`, in one transaction."""
        self._grow_to(await self._store.write(append_all, [*map(entry_of, events)], along))

    async def verify(self) -> Verdict:
        """The whole chain, and that it holds what was noted outside."""
        try:
            noted = await self._read()
        except BadPlace as problem:
            found = await self._store.read(head)
            return Verdict(0, found, Fault(1, f"the note of its head cannot be used: {problem}"))
        return await self._store.read(verify, noted)

    async def watch(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        if not await self._may_go_on():
            task_status.started()
            await stopping.wait()
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._note_now_and_then)
            task_status.started()
            await stopping.wait()
            nursery.cancel_scope.cancel()
        await self._note()

    async def _may_go_on(self) -> bool:
        """Whether the database holds what was noted before."""
        try:
            noted = await self._read()
        except BadPlace as problem:
            log.error("audit_note_refused", extra={"problem": problem.detail})
            return False
        present = await self._store.read(head)
        if noted is None and present != EMPTY:
            log.warning("audit_note_missing", extra={"file": str(self._file), **_words(present)})
        if noted is not None and not await self._store.read(holds, noted):
            log.error("audit_log_cut", extra={"noted": _words(noted), "found": _words(present)})
            return False
        log.info("audit_head", extra=_words(present))  # the journal is one more place outside
        self._grow_to(present)
        return True

    def _grow_to(self, reached: Head) -> None:
        """Who was answered first need not have been written first."""
        self._newest = max(self._newest, reached, key=lambda each: each.count)
        self._has_grown.set()

    async def _note_now_and_then(self) -> None:
        while True:
            await self._has_grown.wait()
            self._has_grown = trio.Event()
            await self._note()
            await trio.sleep(PERIOD)

    async def _note(self) -> None:
        try:
            await trio.to_thread.run_sync(partial(write_noted, self._file, self._newest))
        except BadPlace as problem:  # such as a full disk: the log itself goes on
            log.error("audit_head_not_noted", extra={"problem": problem.detail})

    async def _read(self) -> Head | None:
        return await trio.to_thread.run_sync(read_noted, self._file)


def _words(at: Head) -> dict[str, object]:
    return {"count": at.count, "hash": at.hash}
