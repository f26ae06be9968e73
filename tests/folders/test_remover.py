"""A folder goes with all that hangs on it, also with what came in the last moment; or it stays."""

import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from rdvd import folders, identity, trash
from rdvd.events import Events
from rdvd.folders import Folder, FolderId, Inside, Remover, Survivor, storage
from rdvd.folders.types import FolderChanged
from rdvd.ground.store import open_store
from rdvd.identity import User, UserId
from rdvd.identity.tables import add_user
from rdvd.trash import Part, Trash, TrashSettings

MIGRATIONS = (identity.MIGRATIONS, trash.MIGRATIONS, folders.MIGRATIONS)
ANN = UserId("ann")
WORK = Folder(FolderId("f"), ANN, "work", None, None, None, None, False, 0, 1, 1)


@frozen
class NoSessions:
    def within(self, folders: Collection[FolderId]) -> list[Inside]:
        return []

    async def close(self, ids: Sequence[str]) -> list[Survivor]:
        return []

    def parts(self, ids: Sequence[str]) -> list[Part]:
        return []

    def move(
        self, db: sqlite3.Connection, folder: FolderId, to: FolderId | None, now: int
    ) -> None: ...

    def detach(self, db: sqlite3.Connection, folders: Collection[FolderId]) -> None: ...

    async def look_again(self, folders: Collection[FolderId]) -> None: ...


class Growing:
    """Somebody adds to it after each look."""

    def __init__(self) -> None:
        self._looks = 0

    def pack(self, db: sqlite3.Connection, folders: Collection[FolderId]) -> Any:
        self._looks += 1
        return ["word"] * self._looks

    def unpack(self, db: sqlite3.Connection, packed: Any) -> None: ...


async def test_what_was_said_in_the_last_moment_is_not_lost_with_its_folder(tmp_path: Path):
    async with open_store(tmp_path / "s.db", MIGRATIONS) as store:
        await store.write(add_user, User(ANN, "ann", True, 1))
        await store.write(storage.add, WORK)
        box = Trash(store, TrashSettings(tmp_path / "trash", 1 << 20, 30), Events())
        (tmp_path / "trash").mkdir()
        remover = Remover(store, box, NoSessions(), {"words": Growing()})

        with pytest.raises(FolderChanged):
            await remover.remove(await remover.account(WORK))

        assert [WORK.id] == [each.id for each in await store.read(storage.of, ANN)]
        assert [] == await box.page(ANN, None, None, 10)
