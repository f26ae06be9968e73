"""What could go neither into the trash nor back to its place is not lost from sight."""

import sqlite3
from pathlib import Path

import pytest
import trio

from rdvd.ground.errors import BadInput
from rdvd.trash import PlaceTaken, TrashEntry

from .bin import ANN, Bin, elsewhere, living, names_in

PRECIOUS = b"precious" * 7_000_000


async def left_beside(box: Bin, file: Path) -> TrashEntry:
    """Thrown away halfway, when somebody else has taken its place."""
    fill(file, PRECIOUS)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(box.put, file)
        while not any(box.directory.rglob("*.part")):
            await trio.lowlevel.checkpoint()
        fill(file, b"new")
        nursery.cancel_scope.cancel()
    (entry,) = await box.trash.page(ANN, None, None, 10)
    return await box.trash.find(entry.id, ANN)


def fill(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def is_precious(file: Path) -> bool:
    return file.read_bytes() == PRECIOUS


@pytest.mark.parametrize("where", ["its place", "beside it", "the trash's file system"])
async def test_what_could_not_go_back_to_its_place_is_found_where_it_is(tmp_path: Path, where: str):
    with elsewhere() as work:
        async with living(tmp_path / "home") as box:
            entry, to = await left_beside(box, work / "big"), None
            with pytest.raises(PlaceTaken):
                await box.trash.restore(entry)
            assert (work / "big").read_bytes() == b"new"
        async with living(tmp_path / "home") as box:  # and the next life knows it as well
            if where == "its place":
                (work / "big").unlink()
            else:
                to = work / "to" if where == "beside it" else tmp_path / "to"
                to.mkdir()
            restored = await box.trash.restore(entry, None if to is None else str(to))
            await box.removed()

        assert restored.missing == ()
        assert is_precious((to or work) / "big")
        assert [each for each in names_in(work) if each.startswith(".")] == []


async def test_a_restore_of_it_that_is_refused_leaves_it_where_it_is(tmp_path: Path):
    def refuse(db: sqlite3.Connection) -> None:
        raise BadInput("no")

    with elsewhere() as work:
        async with living(tmp_path / "home") as box:
            entry = await left_beside(box, work / "big")
            (work / "big").unlink()
            (tmp_path / "to").mkdir()
            for place in (work / "big", tmp_path / "to" / "big"):
                with pytest.raises(BadInput):
                    await box.trash.give_back(entry, {0: place}, refuse)
                assert not place.exists()
            await box.trash.restore(entry)

        assert is_precious(work / "big")


async def test_it_goes_for_good_with_its_entry(tmp_path: Path):
    with elsewhere() as work:
        async with living(tmp_path / "home") as box:
            await box.trash.delete([await left_beside(box, work / "big")])
            await box.removed()

        assert names_in(work) == ["big"]
        assert (work / "big").read_bytes() == b"new"
