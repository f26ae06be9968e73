from pathlib import Path

import pytest

from rdvd import projects
from rdvd.ground.store import digest_of, open_store
from rdvd.projects import NoProject, find_out
from rdvd.projects.storage import MOST, remember
from rdvd.projects.types import Remembered


async def test_nobody_looks_twice_at_what_is_the_same(tmp_path: Path) -> None:
    place = tmp_path / "project"
    place.mkdir()
    (place / "Makefile").write_text("test:\n\tx\n")
    async with open_store(tmp_path / "db", (projects.MIGRATIONS,)) as store:
        first = await find_out(store, place)
        (place / "Makefile").touch()
        second = await find_out(store, place)
        (place / "Makefile").write_text("test:\n\tx\nlint:\n\ty\n")
        third = await find_out(store, place)
        fourth = await find_out(store, place, anew=True)

    assert first == second
    assert (third.found.commands, third.outline == first.outline) == (
        {"test": "make test", "lint": "make lint"}, False,
    )  # fmt: skip
    assert (fourth.found, fourth.at > third.at) == (third.found, True)


async def test_what_is_no_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with open_store(tmp_path / "db", (projects.MIGRATIONS,)) as store:
        for place in (tmp_path / "nowhere", tmp_path / "file"):
            with pytest.raises(NoProject, match="cannot be looked at"):
                await find_out(store, place)


async def test_memory_has_an_end(tmp_path: Path) -> None:
    async with open_store(tmp_path / "db", (projects.MIGRATIONS,)) as store:
        found = (await find_out(store, tmp_path)).found

        def fill(db: object) -> int:
            for number in range(MOST + 5):
                remember(db, f"/{number}", Remembered("", found, number))  # type: ignore[arg-type]
            return db.execute("SELECT count(*) FROM project").fetchone()[0]  # type: ignore[attr-defined]

        assert await store.write(fill) == MOST


def test_what_has_been_migrated_is_never_written_anew() -> None:
    assert digest_of(projects.MIGRATIONS) == {"m001_projects": "32dbbb691963d2e0"}
