"""What is forgotten is in a file in the trash, all of it; or it is not forgotten."""

from pathlib import Path

import pytest

from rdvd import folders, identity, knowledge, trash
from rdvd.events import Events
from rdvd.folders import Folder, FolderId
from rdvd.folders import storage as shelves
from rdvd.ground.errors import Conflict
from rdvd.ground.store import open_store
from rdvd.identity import User, UserId
from rdvd.identity.tables import add_user
from rdvd.knowledge import storage
from rdvd.knowledge.routes import throw_away
from rdvd.knowledge.types import Convention
from rdvd.projects import Site
from rdvd.trash import Trash, TrashSettings

MIGRATIONS = (identity.MIGRATIONS, trash.MIGRATIONS, folders.MIGRATIONS, knowledge.MIGRATIONS)
ANN = UserId("ann")
WORK = Folder(FolderId("f"), ANN, "work", None, None, None, None, False, 0, 1, 1)


async def test_what_was_learnt_in_the_last_moment_is_not_forgotten_with_the_rest(tmp_path: Path):
    bin_, exports = tmp_path / "trash", tmp_path / "exports"
    bin_.mkdir()
    async with open_store(tmp_path / "s.db", MIGRATIONS) as store:
        await store.write(add_user, User(ANN, "ann", True, 1))
        await store.write(shelves.add, WORK)
        await store.write(storage.obtain, WORK.id, ANN)
        box = Trash(store, TrashSettings(bin_, 1 << 20, 30), Events())
        seen = await store.read(storage.items, WORK.id)
        await store.write(storage.add, WORK.id, "convention", Convention("late", "style"))

        with pytest.raises(Conflict):
            await throw_away(box, Site(WORK.id, "work", ANN, None), seen, exports)

        assert 1 == len(await store.read(storage.items, WORK.id))
        assert [] == [*exports.iterdir(), *await box.page(ANN, None, None, 10)]
