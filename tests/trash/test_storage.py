"""The tables of the trash, and a path that is no text."""

import os
from pathlib import Path

import pytest

from rdvd import trash
from rdvd.ground.store import digest_of

from .bin import ANN, living


def test_the_migrations_are_as_they_were_released():
    assert digest_of(trash.MIGRATIONS) == {
        "m001_trash": "4818e281fb3e3af1",
        "m002_subjects": "c57e7e5a9d5c8736",
        "m003_beside": "77a9760b60749e14",
        "m004_sightings": "2398327bee41997f",
    }


async def test_a_name_that_is_no_utf_8_is_kept_as_it_is_and_shown_escaped(tmp_path: Path):
    name = os.fsdecode(b"\xff\x1b]0;x")
    (tmp_path / name).touch()
    async with living(tmp_path / "home") as box:
        entry = await box.put(tmp_path / name, title=name, place=str(tmp_path / name))
        found = await box.trash.find(entry.id, ANN)

        assert found.title == "\\xff\\x1b]0;x"
        assert found.items[0].origin == tmp_path / name
        await box.trash.restore(found)
    assert (tmp_path / name).exists()


async def test_a_stranger_in_the_directory_is_named_and_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "home" / "trash" / "mine").mkdir(parents=True)
    (tmp_path / "home").chmod(0o700)
    (tmp_path / "home" / "trash").chmod(0o700)
    async with living(tmp_path / "home"):
        pass

    assert "stranger_in_trash" in caplog.text
    assert (tmp_path / "home" / "trash" / "mine").is_dir()
