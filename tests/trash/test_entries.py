"""Entries of the trash: whose they are, how long they stay, and what may become of them."""

import sqlite3
from pathlib import Path

import pytest
import trio

from rdvd.ground.errors import BadInput
from rdvd.trash import Parcel, Part, PlaceTaken, Restored, TrashEntry
from rdvd.trash.types import Ambiguous, EntryBusy, NotInTrash

from .bin import ANN, BOB, living


async def test_each_sees_and_takes_out_only_what_is_theirs(tmp_path: Path):
    (file := tmp_path / "file").touch()
    async with living(tmp_path / "home") as box:
        entry = await box.put(file, title="mine")

        assert (await box.trash.find("mine", ANN)).id == entry.id
        for word in ("mine", entry.id):
            with pytest.raises(NotInTrash):
                await box.trash.find(word, BOB)
        file.touch()
        await box.put(file, title="mine")
        with pytest.raises(Ambiguous):
            await box.trash.find("mine", ANN)


async def test_of_several_who_want_the_same_entry_one_gets_it(tmp_path: Path):
    (tmp_path / "file").touch()
    async with living(tmp_path / "home") as box:
        entry, ends = await box.put(tmp_path / "file"), list[str]()

        async def restore() -> None:
            try:
                await box.trash.restore(entry)
                ends.append("restored")
            except (NotInTrash, PlaceTaken, EntryBusy):
                ends.append("refused")

        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(restore)

    assert sorted(ends) == ["refused"] * 4 + ["restored"]


async def test_what_stays_can_be_read_in_its_place_until_the_entry_goes(tmp_path: Path):
    (log := tmp_path / "log").write_text("x")
    async with living(tmp_path / "home") as box:
        for _ in range(2):
            entry = await box.trash.put(Parcel(ANN, "file", "s", subject="s"), staying=[log])
            assert log.read_text() == "x"
            await box.trash.restore(entry)
            await box.removed(1)
            assert log.read_text() == "x"
        entry = await box.trash.put(Parcel(ANN, "file", "s", subject="s"), staying=[log])
        with pytest.raises(EntryBusy):
            await box.trash.put(Parcel(ANN, "file", "s", subject="s"), staying=[log])
        await box.trash.delete([await box.trash.find("s", ANN)])
        await box.removed(3)

    assert not log.exists()


async def test_a_refused_commit_leaves_what_stays(tmp_path: Path):
    def refuse(db: sqlite3.Connection) -> None:
        raise BadInput("no")

    (log := tmp_path / "log").write_text("x")
    async with living(tmp_path / "home") as box:
        with pytest.raises(BadInput):
            await box.trash.put(Parcel(ANN, "file", "s"), (), refuse, staying=[log])
        await box.removed()

    assert log.read_text() == "x"


class Cards:
    """Things that are rows, in a table of their own, and go along with what holds them."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def restore(self, entry: TrashEntry, to: str | None) -> Restored:
        raise BadInput("not by itself")

    def forget(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        db.execute("DELETE FROM cards WHERE id = ?", (entry.subject,))

    def forgotten(self, entry: TrashEntry) -> None:
        self.told.append(f"{entry.subject} is forgotten")

    def throw(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        db.execute("UPDATE cards SET is_away = 1 WHERE id = ?", (entry.subject,))

    def revive(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        db.execute("UPDATE cards SET is_away = 0 WHERE id = ?", (entry.subject,))

    async def changed(self, entry: TrashEntry) -> None:
        self.told.append(f"{entry.subject} has changed")


def away(db: sqlite3.Connection) -> dict[str, int]:
    return dict(db.execute("SELECT id, is_away FROM cards"))


def lay_out(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE cards (id TEXT PRIMARY KEY, is_away INTEGER NOT NULL)")
    db.executemany("INSERT INTO cards VALUES (?, 0)", [("a",), ("b",)])


async def test_parts_go_come_back_and_end_with_what_they_are_part_of(tmp_path: Path):
    (log := tmp_path / "log").write_text("x" * 10_000)
    whole = Parcel(ANN, "folder", "box", subject="box")
    parts = [Part(Parcel(ANN, "session", id, subject=id), (log,)) for id in ("a",)]
    parts.append(Part(Parcel(ANN, "session", "b", subject="b")))
    async with living(tmp_path / "home") as box:
        cards = Cards()
        box.trash.register("session", cards, cards)
        await box.store.write(lay_out)

        def refuse(db: sqlite3.Connection) -> None:
            assert away(db) == {"a": 1, "b": 1}
            raise BadInput("no")

        with pytest.raises(BadInput):
            await box.trash.put(whole, commit=refuse, parts=parts)
        assert await box.store.read(away) == {"a": 0, "b": 0}
        await box.removed(3)

        entry = await box.trash.put(whole, parts=parts)
        assert await box.store.read(away) == {"a": 1, "b": 1}
        (listed,) = await box.trash.page(ANN, None, None, 10)
        assert (listed.title, listed.bytes >= 10_000) == ("box", True)
        await box.trash.give_back(entry, {})
        assert await box.store.read(away) == {"a": 0, "b": 0}
        assert log.exists()

        entry = await box.trash.put(whole, parts=parts)
        assert len((await box.trash.empty(None, ANN)).old) == 1
        assert await box.store.read(away) == {}
        await box.removed(9)
        assert sorted(cards.told[-2:]) == ["a is forgotten", "b is forgotten"]
    assert not log.exists()
