"""The tree of folders in SQLite: no cycle, no stranger's folder, one order."""

import sqlite3
from collections.abc import Generator
from contextlib import closing

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from rdvd import folders, identity
from rdvd.folders import Folder, FolderId, NoFolder, UnknownFolder, storage
from rdvd.folders.types import DEEPEST, Ambiguous, FolderCycle, check
from rdvd.ground.errors import BadInput, Conflict
from rdvd.ground.store import digest_of
from rdvd.identity import User, UserId
from rdvd.identity.tables import add_user

ANN, BOB = UserId("ann"), UserId("bob")


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA foreign_keys = ON")
    for each in (identity.MIGRATIONS, folders.MIGRATIONS):
        each.apply(Database(db, execute_plugins=False))
    for id in (ANN, BOB):
        add_user(db, User(id, id, id == ANN, 1))
    return db


@pytest.fixture
def db() -> Generator[sqlite3.Connection, None, None]:
    with closing(connect()) as connection:
        yield connection


def folder(id: str, parent: str | None = None, user: UserId = ANN, name: str = "") -> Folder:
    above = None if parent is None else FolderId(parent)
    return Folder(FolderId(id), user, name or id, above, None, None, None, False, 0, 1, 1)


def ids(found: list[Folder]) -> list[str]:
    return [each.id for each in found]


def test_the_migrations_are_as_they_were_released():
    assert digest_of(folders.MIGRATIONS) == {"m001_folders": "d1c8ca19f0bc9d98"}


def test_a_folder_is_found_by_id_by_a_name_of_its_own_and_by_names_from_the_top(
    db: sqlite3.Connection,
):
    for each in (folder("1", name="work"), folder("2", "1", name="api"), folder("3", name="api")):
        storage.add(db, each)

    assert storage.find(db, "2", ANN).id == "2"
    assert storage.find(db, "work", ANN).id == "1"
    assert storage.find(db, "work/api", ANN).id == "2"
    with pytest.raises(Ambiguous, match=r"work/api, api") as several:
        storage.find(db, "api", ANN)
    assert several.value.facts == {"ids": ["2", "3"]}
    for word in ("no", "work/no", "1/2"):
        with pytest.raises(NoFolder):
            storage.find(db, word, ANN)
    with pytest.raises(NoFolder):
        storage.find(db, "1", BOB)


def test_a_parent_exists_is_the_callers_and_never_inside(db: sqlite3.Connection):
    storage.add(db, folder("a"))
    storage.add(db, folder("b", "a"))
    storage.add(db, folder("c", "b"))
    storage.add(db, folder("bobs", user=BOB))

    for wrong in ("nowhere", "bobs"):
        with pytest.raises(UnknownFolder):
            storage.add(db, folder("x", wrong))
        with pytest.raises(UnknownFolder):
            storage.put(db, folder("a", wrong))
    for inside in ("a", "b", "c"):
        with pytest.raises(FolderCycle):
            storage.put(db, folder("a", inside))
    assert ids(storage.whole(db, FolderId("a"))) == ["a", "b", "c"]
    assert ids(storage.chain(db, FolderId("c"))) == ["a", "b", "c"]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=30))
def test_whatever_is_moved_wherever_it_stays_a_tree(moves: list[tuple[int, int]]):
    with closing(connect()) as db:
        for number in range(8):
            storage.add(db, folder(str(number)))
        for moved, to in moves:
            try:
                storage.put(db, folder(str(moved), str(to)))
            except FolderCycle:
                assert str(moved) in ids(storage.chain(db, FolderId(str(to))))

        for number in range(8):
            chain = storage.chain(db, FolderId(str(number)))
            assert chain[0].parent is None
            assert len(set(ids(chain))) == len(chain)


def test_folders_are_nested_only_so_deep_however_they_get_there(db: sqlite3.Connection):
    above = None
    for depth in range(DEEPEST - 1):
        above = storage.add(db, folder(f"d{depth}", above)).id
    storage.add(db, folder("x"))
    storage.add(db, folder("y", "x"))

    with pytest.raises(Conflict, match="deep"):
        storage.put(db, folder("x", above))
    storage.put(db, folder("y", above))
    with pytest.raises(Conflict, match="deep"):
        storage.add(db, folder("z", "y"))


def test_a_thousand_folders_in_each_other_come_back_without_a_look_at_each(db: sqlite3.Connection):
    storage.add(db, folder("top"))
    whole = [folder("0", "top"), *(folder(str(at), str(at - 1)) for at in range(1, DEEPEST - 1))]
    looks: list[str] = []

    db.set_trace_callback(looks.append)
    storage.add_whole(db, whole)
    db.set_trace_callback(None)

    assert len([each for each in looks if not each.startswith("INSERT")]) < 10
    assert ids(storage.whole(db, FolderId("0"))) == ids(whole)
    assert ids(storage.of(db, ANN)) == ["top", *ids(whole)]


def test_a_tree_that_would_be_too_deep_does_not_come_back(db: sqlite3.Connection):
    storage.add(db, folder("top"))
    whole = [folder("0", "top"), *(folder(str(at), str(at - 1)) for at in range(1, DEEPEST))]

    with pytest.raises(Conflict, match="deep"):
        storage.add_whole(db, whole)

    assert ids(storage.of(db, ANN)) == ["top"]


def test_an_order_puts_these_first_and_leaves_the_others_as_they_were(db: sqlite3.Connection):
    for id in "abcd":
        storage.add(db, folder(id))

    storage.reorder(db, ANN, ["d", "b"])

    assert ids(storage.of(db, ANN)) == ["d", "b", "a", "c"]
    with pytest.raises(UnknownFolder):
        storage.reorder(db, ANN, ["a", "nobody"])
    assert ids(storage.of(db, ANN)) == ["d", "b", "a", "c"]


@pytest.mark.parametrize(
    "said",
    [{"color": "#12345"}, {"color": "red; x"}, {"icon": ""}, {"icon": "\x1b"}, {"path": "src"},
     {"path": "/a\0"}, {"name": " "}, {"name": "a\nb"}, {"name": "\u202etxt"}],
)  # fmt: skip
def test_what_makes_no_sense_in_a_folder_is_refused(said: dict[str, str]):
    with pytest.raises(BadInput):
        check(evolve(folder("a"), **said))


def test_colours_icons_and_names_in_any_language_are_taken():
    check(evolve(folder("a"), color="#12aBcD", icon="🦀", name="Übung/演習", path="/src/ü"))
    check(evolve(folder("a"), color="light-blue"))
