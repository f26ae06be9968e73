"""`rdv audit` against a real daemon."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio
from click.testing import CliRunner

from rdvd.cli import audit
from rdvd.cli.main import rdv
from tests.rdvd.daemons import Daemon, environment, living

from .asking import ask, ask_all


async def test_the_log_is_shown_newest_first_by_action_and_as_long_as_asked_for_over_all_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audit, "LARGEST_PAGE", 2)
    async with living(tmp_path / "home") as daemon:
        for number in range(3):
            await daemon.ask("POST", "/api/tokens", {"name": f"number {number}"})
        listed, table, none = await ask_all(
            daemon, "audit --action token.mint --json", "audit --action token.mint",
            "audit --action a&limit=1",
        )  # fmt: skip
        three = await trio.to_thread.run_sync(seqs, daemon, "3")
        all_of_them = await trio.to_thread.run_sync(seqs, daemon, "1000")

    minted = listed.json
    assert [each["entry"]["action"] for each in minted] == ["token.mint"] * 3
    assert minted[0]["seq"] > minted[1]["seq"] > minted[2]["seq"]
    assert len(table.out.splitlines()) == 4
    assert minted[0]["entry"]["object"] in table.out
    assert [three[0] - each for each in three] == [0, 1, 2]
    assert all_of_them == list(range(len(all_of_them), 0, -1))
    assert len(all_of_them) > 3
    assert (none.code, none.out) == (0, "no entries\n")


async def test_a_log_that_was_changed_is_found_out(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        await daemon.ask("POST", "/api/tokens", {"name": "a deed"})
        whole = await ask(daemon, "audit", "--verify")
        change(daemon.home / "sqlite.db")
        broken = await ask(daemon, "audit", "--verify", "--json")

    assert whole.code == 0
    assert "whole" in whole.out
    assert broken.code == 1
    assert broken.json["fault"]["seq"] == 1
    assert "NOT whole" in broken.err


def seqs(daemon: Daemon, limit: str) -> list[int]:
    environ = environment(daemon.home, daemon.run)
    done = CliRunner().invoke(rdv, ["audit", "--limit", limit, "--json=seq"], env=environ)
    return [entry["seq"] for entry in json.loads(done.stdout)]


def change(database: Path) -> None:
    """As somebody would who can write to the file."""
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE audit SET action = 'nothing' WHERE seq = 1")
