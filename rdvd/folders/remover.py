"""Taking a folder away, and bringing it back: accounted for first, and always one act.

What is in folders, and what else hangs on them, is handed in by `main.py`: sessions and preferences
stand above folders.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol, TypeAlias

from attrs import asdict, evolve, field, frozen

from rdvd.ground.clock import now_ms
from rdvd.ground.errors import BadInput
from rdvd.ground.store import Store
from rdvd.identity import UserId
from rdvd.trash import Parcel, Part, PlaceGone, Restored, Trash, TrashEntry

from . import storage
from .types import (
    Folder,
    FolderChanged,
    FolderCycle,
    FolderId,
    FolderNotEmpty,
    Inside,
    Survivor,
    trail,
)

TOP = "top"
HINT = "say `?move_to=` (a folder, or top), or `?recursive=true` for the trash"


class Contents(Protocol):
    """The sessions in folders."""

    def within(self, folders: Collection[FolderId]) -> list[Inside]:
        """Those that are not in the trash."""
        ...

    async def close(self, ids: Sequence[str]) -> list[Survivor]:
        """End all that runs in them; returns what would not end."""
        ...

    def parts(self, ids: Sequence[str]) -> list[Part]:
        """What goes to the trash of them."""
        ...

    def move(
        self, db: sqlite3.Connection, folder: FolderId, to: FolderId | None, now: int
    ) -> None: ...

    def detach(self, db: sqlite3.Connection, folders: Collection[FolderId]) -> None:
        """The folders go; what is in the trash forgets them."""
        ...

    async def look_again(self, folders: Collection[FolderId]) -> None:
        """The rows of those that were in these folders have changed."""
        ...


class Luggage(Protocol):
    """What else hangs on folders, as JSON while they are in the trash."""

    def pack(self, db: sqlite3.Connection, folders: Collection[FolderId]) -> Any: ...

    def unpack(self, db: sqlite3.Connection, packed: Any) -> None: ...


Take: TypeAlias = Callable[[sqlite3.Connection, Sequence[Folder]], None]


@frozen
class Account:
    """What a removal is about."""

    folders: list[Folder]  # the one that it is about first
    inside: list[Inside]

    @property
    def ids(self) -> list[FolderId]:
        return [folder.id for folder in self.folders]


@frozen
class Remover:
    store: Store
    trash: Trash
    contents: Contents
    luggage: dict[str, Luggage] = field(factory=dict[str, Luggage])

    async def account(self, folder: Folder) -> Account:
        folders = await self.store.read(storage.whole, folder.id)
        return Account(folders, self.contents.within([each.id for each in folders]))

    def refuse_full(self, account: Account) -> None:
        if len(account.folders) > 1 or account.inside:
            names = [each.name for each in account.inside[:3]]
            raise FolderNotEmpty(
                f"{account.folders[0].name!r} holds {len(account.folders) - 1} folders and"
                f" {len(account.inside)} sessions{f' ({names[0]!r} ...)' if names else ''}: {HINT}",
                folders=[each.name for each in account.folders[1:101]],
                sessions=[each.name for each in account.inside[:100]],
            )

    async def remove(self, account: Account) -> tuple[TrashEntry, list[Survivor]]:
        """All of it to the trash, if there is room. What runs in it is ended first, or told of if
        it would not."""
        ids = [each.id for each in account.inside]
        staying = [path for part in self.contents.parts(ids) for path in part.staying]
        await self.trash.ask_for_room(staying)
        survivors = await self.contents.close(ids)
        parts = self.contents.parts(ids)
        return await self._throw(account.folders, parts, self._take_whole), survivors

    async def move_out(self, account: Account, to: str) -> TrashEntry:
        """What is in it goes elsewhere, and the folder alone to the trash."""
        folder, now = account.folders[0], now_ms()
        target = await self._target(account, to)

        def move(db: sqlite3.Connection, folders: Sequence[Folder]) -> None:
            storage.adopt(db, folder.id, target, now)
            self.contents.move(db, folder.id, target, now)
            self._take(db, folders)

        return await self._throw([folder], [], move)

    async def _throw(
        self, folders: Sequence[Folder], parts: Sequence[Part], take: Take
    ) -> TrashEntry:
        top, ids = folders[0], [folder.id for folder in folders]
        chain = await self.store.read(storage.chain, top.id)
        packed = await self.store.read(self._pack, ids)
        detail = {"folders": [asdict(each) for each in folders], "luggage": packed}
        parcel = Parcel(
            top.user, "folder", top.name, trail(chain[:-1]) or None, subject=top.id, detail=detail
        )

        def commit(db: sqlite3.Connection) -> None:
            if self._pack(db, ids) != packed:
                raise FolderChanged("somebody has just changed what hangs on it: look again")
            take(db, folders)

        entry = await self.trash.put(parcel, (), commit, parts=parts)
        await self.contents.look_again(ids)
        return entry

    def _pack(self, db: sqlite3.Connection, ids: Sequence[FolderId]) -> dict[str, Any]:
        return {name: each.pack(db, ids) for name, each in self.luggage.items()}

    def _take_whole(self, db: sqlite3.Connection, folders: Sequence[Folder]) -> None:
        if storage.whole(db, folders[0].id) != list(folders):
            raise FolderChanged("somebody has just changed what is in it: look again")
        self._take(db, folders)

    def _take(self, db: sqlite3.Connection, folders: Sequence[Folder]) -> None:
        ids = [folder.id for folder in folders]
        self.contents.detach(db, ids)
        try:
            storage.remove(db, ids)
        except sqlite3.IntegrityError as error:
            raise FolderChanged("somebody has just put something into it: look again") from error

    async def _target(self, account: Account, to: str) -> FolderId | None:
        if to == TOP:
            return None
        target = await self.store.read(storage.find, to, account.folders[0].user)
        if target.id in account.ids:
            raise FolderCycle(f"{target.name!r} goes as well: what is in it cannot go there")
        return target.id

    # As the trash knows it: a Restorer.

    async def restore(self, entry: TrashEntry, to: str | None) -> Restored:
        """With all that went along. `to`: another folder, or the top."""
        folders = [_folder(each) for each in entry.detail["folders"]]
        parent = folders[0].parent if to is None else await self._parent(to, entry.user)
        folders[0] = evolve(folders[0], parent=parent)

        def bring_back(db: sqlite3.Connection) -> None:
            self._check_parent(db, folders[0])
            storage.add_whole(db, folders)
            for name, packed in entry.detail["luggage"].items():
                if name in self.luggage:
                    self.luggage[name].unpack(db, packed)

        await self.trash.give_back(entry, {}, bring_back)
        chain = await self.store.read(storage.chain, folders[0].id)
        return Restored((trail(chain),))

    def forget(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        """Its rows are in the entry."""

    def forgotten(self, entry: TrashEntry) -> None:
        """Nobody else knows of it."""

    async def _parent(self, to: str, user: UserId) -> FolderId | None:
        return None if to == TOP else (await self.store.read(storage.find, to, user)).id

    def _check_parent(self, db: sqlite3.Connection, folder: Folder) -> None:
        if folder.parent is not None and not storage.exists(db, folder.parent, folder.user):
            raise PlaceGone(
                "the folder that it was in is no more: restore it to another folder, or to the top"
                " (`?to=top`, `rdv trash restore --to top`)",
                missing=[folder.parent],
            )


def _folder(told: dict[str, Any]) -> Folder:
    try:
        return Folder(**told)
    except TypeError as error:  # of a program that knew more of folders, or less
        raise BadInput(
            f"this folder was thrown away by another rdvd: {json.dumps(told)}"
        ) from error
