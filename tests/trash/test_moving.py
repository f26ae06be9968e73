"""What goes into the trash comes out of it as it was, whatever it is and wherever the trash is."""

import os
import sqlite3
from pathlib import Path

import pytest
import trio

from rdvd.ground.errors import BadInput
from rdvd.trash import NotPossible, Parcel, PlaceGone, PlaceTaken, TrashFull

from .bin import ANN, Bin, elsewhere, is_there, living, names_in, picture, plant


async def there_and_back(box: Bin, tree: Path) -> None:
    before = picture(tree)
    entry = await box.put(tree)

    assert not is_there(tree)
    assert names_in(tree.parent) == []
    assert entry.bytes >= 2_000_000
    assert picture(box.directory / entry.id / "0") == before

    restored = await box.trash.restore(await box.trash.find(entry.id, ANN))
    assert restored.places == (str(tree),)
    assert picture(tree) == before
    await box.removed()
    assert sorted(box.directory.iterdir()) == []
    assert [fact.event.type for fact in box.facts] == [
        "trash.added", "trash.restored", "trash.removed",
    ]  # fmt: skip


async def test_a_tree_with_one_of_everything_is_renamed_there_and_back(tmp_path: Path):
    (tmp_path / "work").mkdir()
    async with living(tmp_path / "home") as box:
        await there_and_back(box, plant(tmp_path / "work" / "tree"))


async def test_from_another_file_system_it_is_copied_there_and_back_and_loses_nothing(
    tmp_path: Path,
):
    with elsewhere() as work:
        async with living(tmp_path / "home") as box:
            await there_and_back(box, plant(work / "tree"))


async def test_what_is_at_the_place_now_stays_even_if_it_is_another_name_of_the_same_file(
    tmp_path: Path,
):
    file, twin = tmp_path / "file", tmp_path / "twin"
    file.write_bytes(b"content")
    twin.hardlink_to(file)
    async with living(tmp_path / "home") as box:
        entry = await box.put(file)
        file.hardlink_to(twin)

        with pytest.raises(PlaceTaken):
            await box.trash.restore(await box.trash.find(entry.id, ANN))

        assert file.read_bytes() == b"content"


async def test_a_link_is_thrown_away_and_not_what_it_leads_to(tmp_path: Path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "link").symlink_to("precious")
    async with living(tmp_path / "home") as box:
        entry = await box.put(tmp_path / "link")
        assert (tmp_path / "precious").is_dir()
        await box.trash.delete([entry])
        await box.removed()

    assert (tmp_path / "precious").is_dir()


async def test_many_files_come_back_to_another_directory_placed_as_they_were(tmp_path: Path):
    paths = [tmp_path / "src" / "a" / "x", tmp_path / "src" / "b" / "x"]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_text(str(path))
    async with living(tmp_path / "home") as box:
        entry = await box.put(*paths)
        (tmp_path / "to").mkdir()
        restored = await box.trash.restore(entry, str(tmp_path / "to"))

    assert restored.places == (f"{tmp_path}/to/a/x", f"{tmp_path}/to/b/x")
    assert (tmp_path / "to" / "b" / "x").read_text() == str(paths[1])


async def test_what_is_there_now_is_never_overwritten(tmp_path: Path):
    (one := tmp_path / "one").write_text("old")
    (two := tmp_path / "two").write_text("old")
    async with living(tmp_path / "home") as box:
        entry = await box.put(one, two)
        two.write_text("new")
        with pytest.raises(PlaceTaken) as refused:
            await box.trash.restore(entry)

        assert refused.value.facts == {"taken": [str(two)]}
        assert not one.exists()
        assert two.read_text() == "new"
        two.unlink()
        await box.trash.restore(entry)
    assert (one.read_text(), two.read_text()) == ("old", "old")


async def test_a_place_that_is_gone_or_leads_elsewhere_is_named(tmp_path: Path):
    (tmp_path / "repo").mkdir()
    (file := tmp_path / "repo" / "file").write_text("x")
    async with living(tmp_path / "home") as box:
        entry = await box.put(file)
        (tmp_path / "repo").rmdir()
        with pytest.raises(PlaceGone) as gone:
            await box.trash.restore(entry)
        (tmp_path / "other").mkdir()
        (tmp_path / "repo").symlink_to("other")
        with pytest.raises(PlaceGone) as led_away:
            await box.trash.restore(entry)
        await box.trash.restore(entry, str(tmp_path / "other"))

    assert gone.value.facts == {"missing": [str(tmp_path / "repo")]}
    assert "leads elsewhere" in str(led_away.value)
    assert (tmp_path / "other" / "file").read_text() == "x"


async def test_what_does_not_fit_is_refused_and_says_what_to_do(tmp_path: Path):
    (file := tmp_path / "file").write_bytes(os.urandom(100_000))
    async with living(tmp_path / "home", most=150_000) as box:
        first = await box.put(file)
        file.write_bytes(os.urandom(100_000))
        with pytest.raises(TrashFull, match=r"rdv trash empty.*trash\.max_bytes") as full:
            await box.put(file)
        assert file.stat().st_size == 100_000
        await box.trash.delete([first])
        await box.put(file)

    assert full.value.facts["max_bytes"] == 150_000
    assert not file.exists()


@pytest.mark.parametrize("path", ["relative", "/", "/a/..", "/nowhere/file"])
async def test_what_is_no_thing_of_a_directory_is_refused(path: str, tmp_path: Path):
    async with living(tmp_path / "home") as box:
        with pytest.raises((BadInput, PlaceGone)):
            await box.put(Path(path))


async def test_the_trash_does_not_swallow_itself_nor_one_thing_twice(tmp_path: Path):
    (tmp_path / "d" / "e").mkdir(parents=True)
    async with living(tmp_path / "home") as box:
        for inside in (tmp_path / "home", box.directory, box.directory / "x"):
            if not inside.exists():
                inside.touch()
            with pytest.raises(NotPossible, match="trash itself"):
                await box.put(inside)
        with pytest.raises(BadInput, match="already"):
            await box.put(tmp_path / "d", tmp_path / "d" / "e")

        assert (tmp_path / "d" / "e").is_dir()


async def test_a_missing_item_moves_none_of_the_others(tmp_path: Path):
    (here := tmp_path / "here").touch()
    async with living(tmp_path / "home") as box:
        with pytest.raises(PlaceGone):
            await box.put(here, tmp_path / "gone")

    assert here.exists()


async def test_a_commit_that_is_refused_puts_everything_back(tmp_path: Path):
    def refuse(db: sqlite3.Connection) -> None:
        raise BadInput("no")

    with elsewhere() as work:
        before = picture(plant(work / "tree"))
        (near := tmp_path / "near").touch()
        async with living(tmp_path / "home") as box:
            with pytest.raises(BadInput):
                await box.trash.put(Parcel(ANN, "file", "x"), [near, work / "tree"], refuse)
            await box.removed()

            assert await box.trash.page(ANN, None, None, 10) == []
        assert sorted(work.iterdir()) == [work / "tree"]
        assert picture(work / "tree") == before
    assert near.exists()


async def test_who_is_cancelled_in_the_middle_has_moved_nothing(tmp_path: Path):
    with elsewhere() as work:
        (big := work / "big").write_bytes(os.urandom(60_000_000))
        async with living(tmp_path / "home") as box:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(box.put, big)
                while not any(box.directory.rglob("*.part")):
                    await trio.lowlevel.checkpoint()
                nursery.cancel_scope.cancel()
            await box.removed()

        assert sorted(work.iterdir()) == [big]
        assert big.stat().st_size == 60_000_000


def close_all(top: Path) -> None:
    for path, _, _ in os.walk(top, topdown=False):
        Path(path).chmod(0o500)


async def test_a_deep_tree_of_closed_directories_is_removed_and_nothing_beside_it(tmp_path: Path):
    (tmp_path / "beside").write_text("x")
    top = at = tmp_path / "top"
    for _ in range(200):
        at.mkdir()
        (at / "file").touch()
        (at / "out").symlink_to(tmp_path)
        at = at / "d"
    close_all(top)
    async with living(tmp_path / "home") as box:
        await box.trash.delete([await box.put(top)])
        await box.removed()

        assert sorted(box.directory.iterdir()) == []
    assert (tmp_path / "beside").read_text() == "x"


async def test_what_is_too_deep_to_be_copied_is_refused_whole(tmp_path: Path):
    at = top = tmp_path / "t"
    for _ in range(300):
        at = at / "d"
    at.mkdir(parents=True)
    async with living(tmp_path / "home") as box:
        with pytest.raises(NotPossible, match="deeper"):
            await box.put(top)

    assert at.is_dir()
