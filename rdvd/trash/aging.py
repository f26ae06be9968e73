"""What in the trash is old: by all that was seen of the clocks, and never by one look at a date."""

import logging
import sqlite3
from collections.abc import Sequence

import trio

from actors import Unavailable
from rdvd.ground.errors import StorageFull
from rdvd.ground.store import Store
from rdvd.identity import UserId

from . import sightings
from .sighting import DAY, HOUR, Aged, Glance, Judged, Sighting, judge
from .types import TrashEntry, TrashId
from .watch import Watch

log = logging.getLogger("rdvd.trash")

BETWEEN_LOOKS = 900.0  # seconds: what of its running a killed daemon may forget


class Retention:
    """`watch` is for the task of the trash, and `note` for its begin and its end."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self._store = store
        self._watch = watch
        self.waiting = 0  # entries that are old by the date alone

    async def look(self) -> Sighting:
        before, now = await self._store.write(sightings.look, self._watch.glance())
        if before is not None:
            _tell(before, now)
        return now

    def stamp(self, db: sqlite3.Connection, glance: Glance, entries: Sequence[TrashEntry]) -> None:
        """They are as old as this, from now on."""
        _, now = sightings.look(db, glance)
        sightings.stamp(db, [entry.id for entry in entries], now.stamp)

    async def expired(self) -> Judged:
        """Of everybody, by the date that each entry has."""
        now = await self.look()
        judged = judge(await self._aged(None), now, None)
        self.waiting = len(judged.waiting)
        if judged.waiting:
            extra = {"entries": len(judged.waiting), "hours_of_running": _hours(judged.waits)}
            log.warning("trash_waits_for_the_clock", extra=extra)
        await self._store.write(sightings.forget_jumps, now.ran - DAY)
        return judged

    async def older_than(self, age: int | None, user: UserId) -> Judged:
        """All of this user's if no age is given, whatever any clock says."""
        entries = await self._aged(user)
        if age is None:
            ids = tuple(each.id for each in entries)
            return Judged(ids, sum(each.bytes for each in entries))
        return judge(entries, await self.look(), age)

    async def waiting_of(self, user: UserId) -> dict[TrashId, int]:
        """Those that are old by the date alone, and for how long the daemon has to run yet."""
        known = await self._store.read(sightings.load)
        now = sightings.after(known, self._watch.glance())
        judged = judge(await self._aged(user, until=now.last.date), now, None)
        return dict.fromkeys(judged.waiting, judged.waits)

    async def watch(self) -> None:
        while True:
            await trio.sleep(BETWEEN_LOOKS)
            await self.note()

    async def note(self) -> None:
        """A look, if it can be written down; what is not makes nothing older."""
        try:
            await self.look()
        except (StorageFull, Unavailable) as error:
            log.warning("clocks_not_noted", extra={"error": str(error)})

    async def _aged(self, user: UserId | None, until: int | None = None) -> list[Aged]:
        found, last = list[Aged](), ""
        while page := await self._store.read(sightings.aged, user, last, until):
            found += page
            last = page[-1].id
        return found


def _tell(before: Sighting, now: Sighting) -> None:
    if now.last_jump > before.last_jump:
        by = next(each.by for each in now.jumps if each.id == now.last_jump)
        extra = {"hours_ahead": _hours(by), "believed_after_hours_of_running": _hours(now.waits)}
        log.warning("clock_jumped", extra=extra)
    if now.debt > before.debt:
        log.warning("clock_set_back", extra={"hours": _hours(now.debt - before.debt)})


def _hours(milliseconds: int) -> float:
    return round(milliseconds / HOUR, 1)
