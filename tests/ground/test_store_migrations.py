"""Migrations: applied once, whole or not at all, never edited, never backwards."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from rdvd.ground.backup import verify
from rdvd.ground.store import NewerDatabase, digest_of, open_store

from .books import LIBRARY, add, books, titles


def library(*further: str) -> Migrations:
    """Its first migration makes the table, each further one adds a column of that name."""
    migrations = Migrations("library")

    @migrations()
    def create(db: Database) -> None:
        db.conn.execute("CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT) STRICT")

    for column in further:

        def add_column(db: Database, column: str = column) -> None:
            db.conn.execute(f"ALTER TABLE book ADD COLUMN {column} TEXT")
            if column == "broken":
                raise ZeroDivisionError

        migrations(name=column)(add_column)
    return migrations


def columns(connection: sqlite3.Connection) -> list[str]:
    return [row[1] for row in connection.execute("PRAGMA table_info(book)")]


def add_plain(connection: sqlite3.Connection, title: str) -> None:
    connection.execute("INSERT INTO book (title) VALUES (?)", [title])


def copies(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if ".before-" in file.name)


def test_no_migration_was_edited_after_its_release():
    """The pattern for every slice: an edited migration would never run where it already has."""
    assert digest_of(books) == {
        "create_books": "f3fdb0c50bd60d15",
        "create_loans": "054b2e3205198442",
    }


async def test_sets_are_applied_in_the_order_given_and_once(tmp_path: Path):
    path, second = tmp_path / "library.db", Migrations("shelves")

    @second()
    def shelve(db: Database) -> None:
        db.conn.execute("CREATE TABLE shelf AS SELECT title FROM book")

    for _ in range(2):
        async with open_store(path, [library(), second]) as store:
            assert await store.read(columns) == ["id", "title"]


async def test_a_database_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "library.db"
    async with open_store(path, [library("author")]):
        pass
    content = path.read_bytes()

    with pytest.raises(NewerDatabase) as refused:
        async with open_store(path, [library()]):
            pass

    assert "library/author" in refused.value.detail
    assert "newer version" in refused.value.detail
    assert "rdv restore" in refused.value.detail
    assert refused.value.code == "NEWER_DATABASE"
    assert path.read_bytes() == content
    assert copies(tmp_path) == []


async def test_a_set_that_the_program_has_never_heard_of_is_a_newer_programs(tmp_path: Path):
    path = tmp_path / "library.db"
    async with open_store(path, [library(), Migrations("empty"), books_elsewhere()]):
        pass

    with pytest.raises(NewerDatabase, match="elsewhere/start"):
        async with open_store(path, [library()]):
            pass


async def test_a_new_database_needs_no_copy(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY):
        pass

    assert copies(tmp_path) == []


async def test_a_copy_of_the_state_before_an_upgrade_is_kept(tmp_path: Path):
    path = tmp_path / "library.db"
    async with open_store(path, [library()]) as store:
        await store.write(add_plain, "Emma")

    async with open_store(path, [library("author")]) as store:
        assert await store.read(columns) == ["id", "title", "author"]

    assert copies(tmp_path) == ["library.db.before-1"]
    copy = tmp_path / "library.db.before-1"
    assert copy.stat().st_mode & 0o777 == 0o600
    verify(copy)
    async with open_store(copy, [library()]) as store:
        assert await store.read(titles) == ["Emma"]


async def test_opening_without_an_upgrade_makes_no_copy(tmp_path: Path):
    for _ in range(2):
        async with open_store(tmp_path / "library.db", [library("author")]):
            pass

    assert copies(tmp_path) == []


async def test_three_copies_are_kept_the_newest(tmp_path: Path):
    path, further = tmp_path / "library.db", list[str]()
    (tmp_path / "library.db.before-my-wedding").touch()
    for column in ["a", "b", "c", "d", "e", "f"]:
        further.append(column)
        async with open_store(path, [library(*further)]):
            pass

    assert copies(tmp_path) == [
        "library.db.before-4",
        "library.db.before-5",
        "library.db.before-6",
        "library.db.before-my-wedding",  # not ours
    ]


async def test_a_migration_that_fails_leaves_nothing_but_the_ones_before_it(tmp_path: Path):
    path = tmp_path / "library.db"
    async with open_store(path, [library()]) as store:
        await store.write(add_plain, "Emma")

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            async with open_store(path, [library("author", "broken")]):
                pass

    async with open_store(path, [library("author")]) as store:
        assert await store.read(columns) == ["id", "title", "author"]
        assert await store.read(titles) == ["Emma"]
    assert copies(tmp_path) == ["library.db.before-1", "library.db.before-2"]


async def test_tables_made_by_sqlite_utils_are_strict_too(tmp_path: Path):
    migrations = Migrations("strict")

    @migrations()
    def create(db: Database) -> None:
        db.table("thing").create({"id": int})

    async with open_store(tmp_path / "things.db", [migrations]) as store:
        with pytest.raises(sqlite3.IntegrityError, match="TEXT value in INTEGER"):
            await store.write(lambda c: c.execute("INSERT INTO thing VALUES ('x')").close())


async def test_foreign_keys_bite(tmp_path: Path):
    async with open_store(tmp_path / "library.db", LIBRARY) as store:
        await store.write(add, "Emma", id=1)

        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            await store.write(lambda c: c.execute("INSERT INTO loan VALUES (2)").close())


def books_elsewhere() -> Migrations:
    migrations = Migrations("elsewhere")

    @migrations()
    def start(db: Database) -> None:
        db.conn.execute("CREATE TABLE elsewhere (id INTEGER) STRICT")

    return migrations
