"""Which folder a session is in. That is no business of its actor: it is changed here, in the store
first, and a folder is only taken away together with what is said of it."""

import sqlite3
from collections.abc import Collection, Sequence
from contextlib import suppress

import trio
from attrs import evolve, frozen

from rdvd import folders
from rdvd.folders import FolderId, Inside, NoFolder, Survivor, UnknownFolder
from rdvd.ground.clock import now_ms
from rdvd.identity import SessionId, UserId
from rdvd.trash import Part

from . import storage
from .front import Front
from .remains import part_of
from .roster import GONE
from .transitions import SessionOver
from .types import Session, Updated, status_of


@frozen
class Filing:
    """As `folders.Contents` it is what folders know of sessions."""

    front: Front

    async def find(self, word: str | None, user: UserId) -> str | None:
        """The id of the folder that is meant; refuses one that is not there, or not the user's."""
        if word is None:
            return None
        try:
            return (await self.front.shop.store.read(folders.find, word, user)).id
        except NoFolder as problem:
            raise UnknownFolder(f"{problem.detail}: `rdv folder ls` shows all") from problem

    async def put(self, session: Session, folder: str | None) -> Session:
        """Into a folder, or into none."""
        shop = self.front.shop
        await shop.store.write(storage.file, session, folder, now_ms())
        await self._look(session.id)
        return self.front.get(session.id)

    def within(self, folders: Collection[FolderId]) -> list[Inside]:
        return [
            Inside(each.id, each.name, status_of(each.state), FolderId(each.folder or ""))
            for each in self._in(folders)
            if status_of(each.state) != "trashed"
        ]

    async def close(self, ids: Sequence[str]) -> list[Survivor]:
        survivors: list[Survivor] = []
        async with trio.open_nursery() as nursery:
            for id in ids:
                if status_of(self.front.get(SessionId(id)).state) not in GONE:
                    nursery.start_soon(self._close, SessionId(id), survivors)
        return survivors

    def parts(self, ids: Sequence[str]) -> list[Part]:
        return [part_of(self.front.shop, self.front.get(SessionId(id))) for id in ids]

    def move(self, db: sqlite3.Connection, folder: FolderId, to: FolderId | None, now: int) -> None:
        storage.refile(db, folder, to, now)

    def detach(self, db: sqlite3.Connection, folders: Collection[FolderId]) -> None:
        storage.unfile(db, folders)

    async def look_again(self, folders: Collection[FolderId]) -> None:
        for session in self._in(folders):
            await self._look(session.id)

    def _in(self, folders: Collection[str]) -> list[Session]:
        wanted = set(folders)
        return [each for each in self.front.of(None) if each.folder in wanted]

    async def _close(self, id: SessionId, survivors: list[Survivor]) -> None:
        with suppress(SessionOver):  # somebody else was faster
            left = await self.front.close(id)
            survivors += [Survivor(id, each.pid, each.command) for each in left.survivors]

    async def _look(self, id: SessionId) -> None:
        """Also for who has left meanwhile: what is on the disk is what everybody sees."""
        shop = self.front.shop
        with trio.CancelScope(shield=True):
            stored = await shop.store.read(storage.get, id)
            before = self.front.get(id)
            updated = max(stored.updated, before.updated)
            session = evolve(before, folder=stored.folder, updated=updated)
            if session != before:
                shop.roster.put(session)
                shop.facts.publish(Updated(session))
