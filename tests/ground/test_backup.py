"""Backup, verify and restore."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import trio

from rdvd.ground.backup import backup, restore, verify
from rdvd.ground.errors import BadInput, Conflict, NotFound
from rdvd.ground.store import BrokenDatabase, ForeignDatabase, open_store

from .books import LIBRARY, add, titles


async def library(path: Path, *books: str) -> Path:
    async with open_store(path, LIBRARY) as store:
        for title in books:
            await store.write(add, title)
    return path


async def titles_in(path: Path) -> list[str]:
    async with open_store(path, LIBRARY) as store:
        return await store.read(titles)


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_a_backup_is_taken_while_everybody_writes(tmp_path: Path):
    path, target = tmp_path / "library.db", tmp_path / "copy.db"
    acknowledged: list[str] = []

    async def write_for_ever() -> None:
        while True:
            await store.write(add, title := str(len(acknowledged)))
            acknowledged.append(title)

    async with open_store(path, LIBRARY) as store, trio.open_nursery() as nursery:
        nursery.start_soon(write_for_ever)
        await store.write(add, "first")
        before = list(acknowledged)
        await trio.to_thread.run_sync(backup, path, target)
        nursery.cancel_scope.cancel()

    verify(target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert {"first", *before} <= set(await titles_in(target))
    assert names(tmp_path) == {"library.db", "copy.db"}


async def test_a_backup_of_a_store_that_nobody_serves_leaves_it_as_it_was(tmp_path: Path):
    path = await library(tmp_path / "library.db", "Emma")
    content = path.read_bytes()

    backup(path, tmp_path / "copy.db")

    assert path.read_bytes() == content
    verify(path)  # SQLite leaves a log behind, but an empty one
    assert await titles_in(tmp_path / "copy.db") == ["Emma"]
    assert await titles_in(path) == ["Emma"]


async def test_a_backup_overwrites_nothing(tmp_path: Path):
    path = await library(tmp_path / "library.db", "Emma")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "taken").write_text("precious")

    with pytest.raises(Conflict, match="exists already"):
        backup(path, tmp_path / "taken")
    with pytest.raises(Conflict, match="exists already"):
        backup(path, tmp_path / "dangling")
    with pytest.raises(BadInput, match="is a directory"):
        backup(path, tmp_path)
    with pytest.raises(NotFound, match="no directory"):
        backup(path, tmp_path / "no" / "copy.db")
    with pytest.raises(NotFound, match="no file"):
        backup(tmp_path / "nothing.db", tmp_path / "copy.db")

    assert (tmp_path / "taken").read_text() == "precious"
    assert names(tmp_path) == {"library.db", "dangling", "taken"}


async def test_a_good_file_is_verified_without_a_trace(tmp_path: Path):
    path = await library(tmp_path / "library.db", "Emma")

    verify(path)

    assert names(tmp_path) == {"library.db"}


def spoil_foreign_key(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO loan VALUES (404)")


def spoil_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    path.write_bytes(content)


def spoil_owner(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA application_id = 0")


def spoil_all(path: Path) -> None:
    path.write_text("no database at all")


def empty(path: Path) -> None:
    path.write_bytes(b"")


SPOILERS: tuple[tuple[Callable[[Path], None], type[Exception], str], ...] = (
    (spoil_foreign_key, BrokenDatabase, "does not exist"),
    (spoil_page, BrokenDatabase, "is damaged"),
    (spoil_owner, ForeignDatabase, "another program"),
    (spoil_all, ForeignDatabase, "no SQLite database"),
    (empty, ForeignDatabase, "another program"),
    (Path.unlink, NotFound, "is no file"),
)


@pytest.mark.parametrize(("spoil", "error", "words"), SPOILERS)
async def test_a_bad_file_is_refused_by_name_and_the_database_stays(
    spoil: Callable[[Path], None], error: type[Exception], words: str, tmp_path: Path
):
    path = await library(tmp_path / "library.db", "Emma")
    file = await library(tmp_path / "file.db", *(["x" * 900] * 50))
    spoil(file)
    before = names(tmp_path)

    with pytest.raises(error, match=f"file.db.*{words}"):
        verify(file)
    with pytest.raises(error, match=f"file.db.*{words}"):
        restore(file, path)

    assert names(tmp_path) == before
    assert await titles_in(path) == ["Emma"]


async def test_a_restore_keeps_the_old_one_aside(tmp_path: Path):
    path = await library(tmp_path / "library.db", "Emma")
    backup(path, tmp_path / "copy.db")
    await library(path, "Persuasion")

    aside = restore(tmp_path / "copy.db", path)

    assert aside is not None
    assert aside.name.startswith("library.db.replaced-")
    assert path.stat().st_mode & 0o777 == 0o600
    assert await titles_in(path) == ["Emma"]
    assert await titles_in(aside) == ["Emma", "Persuasion"]
    assert names(tmp_path) == {"library.db", "copy.db", aside.name}


async def test_a_restore_needs_no_old_one_and_ignores_a_log_without_its_file(tmp_path: Path):
    file = await library(tmp_path / "file.db", "Emma")
    path = tmp_path / "library.db"
    path.with_name("library.db-wal").write_bytes(b"stale")

    assert restore(file, path) is None

    assert await titles_in(path) == ["Emma"]
    assert names(tmp_path) == {"library.db", "file.db"}


async def killed(path: Path, *books: str) -> Path:
    """What a kill leaves: a database whose last commits are only in its log."""
    folder = path.parent / "alive"
    folder.mkdir()
    async with open_store(folder / path.name, LIBRARY) as store:
        for title in books:
            await store.write(add, title)
        for file in folder.iterdir():
            (path.parent / file.name).write_bytes(file.read_bytes())
    return path


async def test_a_restore_after_a_kill_loses_nothing_of_the_old_one(tmp_path: Path):
    path = await killed(tmp_path / "library.db", "Emma")
    assert path.with_name("library.db-wal").stat().st_size
    file = await library(tmp_path / "file.db", "Persuasion")

    aside = restore(file, path)

    assert aside is not None
    assert await titles_in(path) == ["Persuasion"]
    assert await titles_in(aside) == ["Emma"]
    assert names(tmp_path) == {"library.db", "file.db", aside.name, "alive"}


async def test_a_broken_old_one_is_kept_with_its_log(tmp_path: Path):
    path = await killed(tmp_path / "library.db", "Emma")
    path.write_bytes(b"broken" * 1000)
    log = path.with_name("library.db-wal")
    log.write_bytes(b"also broken")
    file = await library(tmp_path / "file.db", "Persuasion")

    aside = restore(file, path)

    assert aside is not None
    assert aside.read_bytes() == b"broken" * 1000
    assert aside.with_name(f"{aside.name}-wal").exists()
    assert not log.exists()
    assert await titles_in(path) == ["Persuasion"]


async def test_a_database_in_use_is_neither_replaced_nor_taken_for_a_backup(tmp_path: Path):
    file = await library(tmp_path / "file.db", "Persuasion")
    path = tmp_path / "library.db"
    async with open_store(path, LIBRARY) as store:
        await store.write(add, "Emma")

        with pytest.raises(Conflict, match="in use"):
            await trio.to_thread.run_sync(partial(restore, file, path))
        with pytest.raises(Conflict, match="no backup"):
            verify(path)
        await store.write(add, "Sanditon")

    assert await titles_in(path) == ["Emma", "Sanditon"]
    assert names(tmp_path) == {"library.db", "file.db"}


async def test_a_restore_can_be_undone_by_a_restore(tmp_path: Path):
    path = await library(tmp_path / "library.db", "Emma")
    file = await library(tmp_path / "file.db", "Persuasion")

    aside = restore(file, path)
    assert aside is not None
    os.utime(aside)
    restore(aside, path)

    assert await titles_in(path) == ["Emma"]
