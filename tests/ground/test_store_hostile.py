"""A database file that somebody has been at is served, or refused by name: never a riddle."""

import random
import sqlite3
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from actors import Unavailable
from rdvd.ground.errors import Problem
from rdvd.ground.store import open_store

from .books import LIBRARY, add, add_to, titles

FILES = 60
FLIPPED = 8  # bytes of each


@pytest.fixture
async def good(tmp_path: Path) -> bytes:
    path = tmp_path / "good.db"
    async with open_store(path, LIBRARY) as store:
        await store.write(lambda db: [add(db, "x" * 300) for _ in range(100)])
    return path.read_bytes()


async def outcome_of(path: Path, content: bytes) -> str:
    """As a daemon would use it. What SQLite says of a damaged page is an answer, and becomes a
    fact; so is a refusal that names the file. Anything else is raised here."""
    put(path, content)
    try:
        async with open_store(path, LIBRARY) as store:
            with suppress(sqlite3.DatabaseError, Unavailable):
                await store.ping()
            return (await store.check_integrity()).partition(":")[0]
    except Problem as problem:
        return "refused" if str(path) in problem.detail else "a riddle"


def put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


async def test_flipped_bytes_are_found_or_do_no_harm(good: bytes, tmp_path: Path):
    outcomes = Counter(
        [await outcome_of(tmp_path / f"{number}.db", flip(good)) for number in range(FILES)]
    )

    assert outcomes.keys() <= {"ok", "failed", "refused"}
    assert outcomes["failed"] + outcomes["refused"] > 0


@pytest.mark.parametrize("suffix", ["", "-wal"])
async def test_nothing_is_acknowledged_while_the_file_is_gone_and_all_is_well_once_it_is_back(
    suffix: str, tmp_path: Path
):
    path = tmp_path / "library.db"
    file, aside = tmp_path / f"library.db{suffix}", tmp_path / "aside"
    async with open_store(path, LIBRARY) as store:
        await add_to(store, "before")
        file.rename(aside)
        with pytest.raises(Unavailable, match=file.name):
            await add_to(store, "to a file without a name")
        with pytest.raises(Unavailable):
            await store.ping()
        file.write_bytes(b"another one")
        with pytest.raises(Unavailable):
            await add_to(store, "to a file without a name")
        aside.rename(file)
        await add_to(store, "after")

    async with open_store(path, LIBRARY) as store:
        assert await store.read(titles) == ["before", "after"]


def flip(content: bytes) -> bytes:
    """In the first pages more than elsewhere: they are read before all others."""
    changed = bytearray(content)
    for _ in range(FLIPPED):
        size = random.choice((100, 4096, len(content)))
        changed[random.randrange(size)] = random.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.2, 0.5, 0.9])
async def test_a_file_that_ends_too_soon_is_found_out(share: float, good: bytes, tmp_path: Path):
    cut = good[: int(len(good) * share)]

    assert await outcome_of(tmp_path / "cut.db", cut) in ("failed", "refused")
