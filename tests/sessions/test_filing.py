"""Sessions in folders: what was any word before is a folder now, and only filing changes it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import attrs
import pytest
import trio
from sqlite_utils import Migrations
from trio.testing import wait_all_tasks_blocked

from rdvd import folders, identity, sessions
from rdvd.folders import Folder, FolderId, UnknownFolder
from rdvd.folders import storage as shelves
from rdvd.ground.store import open_store
from rdvd.identity import UserId
from rdvd.identity import storage as users
from rdvd.identity.types import User
from rdvd.sessions import Filing, storage
from rdvd.sessions.migrations import m001_sessions

from .house import House
from .sample import a_session

SETS = (identity.MIGRATIONS, folders.MIGRATIONS, sessions.MIGRATIONS)
BEFORE = Migrations("sessions")
BEFORE()(m001_sessions)
WORDS = {"a": "work", "b": "work", "c": "bad\nword", "d": None}


def fill(db: sqlite3.Connection) -> None:
    users.add_user(db, User(a_session().user, "me", True, 1))
    for id, word in WORDS.items():
        db.execute(
            "INSERT INTO sessions (id, user, name, status, directory, folder, is_orchestrator,"
            " position, columns, rows, arguments, environment, restart_policy, restart_count,"
            " restarts_in_a_row, created, updated, state_at)"
            " VALUES (?, ?, 'x', 'lost', '/', ?, 0, 0, 80, 24, '[]', '{}', 'never', 0, 0, 1, 1, 1)",
            (id, a_session().user, word),
        )


async def test_every_word_that_was_a_folder_becomes_a_folder_of_this_name(tmp_path: Path):
    before = (identity.MIGRATIONS, folders.MIGRATIONS, BEFORE)
    async with open_store(tmp_path / "s.db", before) as store:
        await store.write(fill)

    async with open_store(tmp_path / "s.db", SETS) as store:
        found = await store.read(storage.page_after, "")
        made = {each.id: each.name for each in await store.read(shelves.of, a_session().user)}

    names = {each.id: each.folder and made[FolderId(each.folder)] for each in found}
    assert names == {"a": "work", "b": "work", "c": "bad word", "d": None}
    assert sorted(made.values()) == ["bad word", "work"]
    with closing(sqlite3.connect(tmp_path / "s.db")) as db:
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'sessions'").fetchone()
        assert "STRICT" in sql
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_only_filing_changes_the_folder_and_never_to_one_that_is_not_there(tmp_path: Path):
    session = a_session()
    work = Folder(FolderId("f"), session.user, "f", None, None, None, None, False, 0, 1, 1)
    async with open_store(tmp_path / "s.db", SETS) as store:
        for user in (session.user, UserId("other")):
            await store.write(users.add_user, User(user, user, user == session.user, 1))
        await store.write(shelves.add, work)
        await store.write(shelves.add, attrs.evolve(work, id="g", user="other"))
        with pytest.raises(UnknownFolder):
            await store.write(storage.put, attrs.evolve(session, folder="nowhere"))
        await store.write(storage.put, session)
        for wrong in ("nowhere", "g"):
            with pytest.raises(UnknownFolder):
                await store.write(storage.file, session, wrong, 2)
        await store.write(storage.file, session, "f", 2)
        await store.write(storage.put, attrs.evolve(session, name="two", folder=None))

        stored = await store.read(storage.get, session.id)
        assert (stored.name, stored.folder) == ("two", "f")
        with pytest.raises(sqlite3.IntegrityError):
            await store.write(shelves.remove, [work.id])


async def test_what_is_on_the_disk_is_seen_although_who_wished_it_has_left(house: House):
    session, filing = await house.new("cat"), Filing(house.front)
    work = Folder(FolderId("f"), house.user, "f", None, None, None, None, False, 0, 1, 1)
    await house.shop.store.write(shelves.add, work)

    for folder in ("f", None) * 10:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(filing.put, session, folder)
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()

        stored = await house.shop.store.read(storage.get, session.id)
        assert stored.folder == house.front.get(session.id).folder
