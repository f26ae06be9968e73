"""Sessions in the trash. What one has printed stays in its place and can be read there, until the
trash removes it for good together with its row."""

import sqlite3
from functools import partial

import trio
from attrs import frozen

from rdvd import folders
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import BadInput
from rdvd.identity import SessionId
from rdvd.trash import Parcel, Part, Restored, TrashEntry

from . import storage, transitions
from .shop import Shop
from .types import Session, Trashed, Updated


def part_of(shop: Shop, session: Session) -> Part:
    """What goes to the trash of it."""
    home = shop.home(session.id).path
    parcel = Parcel(
        session.user, "session", session.name, session.directory, subject=session.id,
        detail={"folder": session.folder},
    )  # fmt: skip
    return Part(parcel, (home,) if home.is_dir() else ())


@frozen
class Remains:
    """A closed session has no actor any more: its row is changed by the trash, through here."""

    shop: Shop

    async def throw_away(self, id: SessionId) -> Session:
        transitions.trashed(self.shop.roster.get(id), 0)  # or refuse
        part = part_of(self.shop, self.shop.roster.get(id))
        commit = partial(_throw, id=id)
        entry = await self.shop.trash.put(part.parcel, commit=commit, staying=part.staying)
        await self.changed(entry)
        return self.shop.roster.get(id)

    async def take_out(self, id: SessionId) -> Session:
        transitions.restored(self.shop.roster.get(id), now_ms())  # or refuse
        entry = await self.shop.trash.about("session", id)
        if entry is None:
            raise transitions.SessionBusy("it is just on its way: ask again")
        await self.restore(entry, None)
        return self.shop.roster.get(id)

    async def adopt(self) -> None:
        """What was in the trash before there was one for all gets its entry."""
        known = await self.shop.trash.subjects("session")
        for session in self.shop.roster.all():
            if isinstance(session.state, Trashed) and session.id not in known:
                part = part_of(self.shop, session)
                await self.shop.trash.put(part.parcel, staying=part.staying)

    # As the trash knows it: Restorer and Member.

    async def restore(self, entry: TrashEntry, to: str | None) -> Restored:
        if to is not None:
            raise BadInput("a session has no other place: leave out `to`")
        await self.shop.trash.give_back(entry, {}, lambda db: self.revive(db, entry))
        await self.changed(entry)
        return Restored((self.shop.roster.get(_id(entry)).directory,))

    def forget(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        storage.forget(db, _id(entry))

    def forgotten(self, entry: TrashEntry) -> None:
        self.shop.roster.remove(_id(entry))
        self.shop.keyframes.forget(_id(entry))

    def throw(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        _throw(db, _id(entry))

    def revive(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        """Into the folder that it was in, if there is still that one."""
        now = now_ms()
        session = storage.put(db, transitions.restored(storage.get(db, _id(entry)), now))
        folder = entry.detail.get("folder")
        if folder is not None and folders.exists(db, folder, entry.user):
            storage.file(db, session, folder, now)

    async def changed(self, entry: TrashEntry) -> None:
        """Also for who has left meanwhile: what is on the disk is what everybody sees."""
        with trio.CancelScope(shield=True):
            session = await self.shop.store.read(storage.get, _id(entry))
            self.shop.roster.put(session)
            self.shop.facts.publish(Updated(session))


def _throw(db: sqlite3.Connection, id: SessionId) -> None:
    storage.put(db, transitions.trashed(storage.get(db, id), now_ms()))


def _id(entry: TrashEntry) -> SessionId:
    return SessionId(entry.subject or "")
