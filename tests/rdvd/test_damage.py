"""A database that is really damaged, under a real daemon."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import trio

from .daemons import A_WHILE, Daemon, living, rdv


def damage(database: Path, name: str) -> None:
    """Overwrite the page where a table or an index begins."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as db:
        (size,) = db.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = db.execute(query, (name,)).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


async def health_once_checked(daemon: Daemon) -> dict[str, Any]:
    with trio.fail_after(A_WHILE):
        while True:
            health = (await daemon.ask("GET", "/health")).json
            if health["status"] == "degraded":
                return health


async def test_damage_is_found_told_with_what_to_do_and_the_service_goes_on(tmp_path: Path):
    home = tmp_path / "home"
    async with living(home) as daemon:
        assert await daemon.stop() == 0
    damage(home / "sqlite.db", "kept_answers_began")

    async with living(home) as daemon:
        health = await health_once_checked(daemon)
        minted = await daemon.ask("POST", "/api/tokens", {"name": "all the same"})
        assert await daemon.stop() == 0

    (reason,) = health["reasons"]
    assert "the database: integrity failed" in reason
    assert "rdv restore" in reason
    assert minted.status == 201


async def test_a_backup_cures_it(tmp_path: Path):
    home, copy = tmp_path / "home", tmp_path / "copy"
    async with living(home) as daemon:
        await trio.to_thread.run_sync(rdv, daemon, "backup", str(copy))
        assert await daemon.stop() == 0
    damage(home / "sqlite.db", "kept_answers_began")
    restored = await trio.to_thread.run_sync(rdv, daemon, "restore", "--yes", str(copy))

    async with living(home) as daemon:
        verdict = (await daemon.ask("GET", "/api/audit/verify")).json
        assert await daemon.stop() == 0

    assert restored.returncode == 0, restored.stderr
    assert verdict["fault"] is None
    with closing(sqlite3.connect(home / "sqlite.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
