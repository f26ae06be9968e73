"""The head that is noted outside: it follows the log, and a cut end is found by it."""

import json
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import trio

from rdvd import audit
from rdvd.audit.keeper import Keeper
from rdvd.ground.backup import backup, restore
from rdvd.ground.store import open_store
from rdvd.identity import AuthEvent

DEED = AuthEvent("deed", "accepted")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "sqlite.db"


@asynccontextmanager
async def keeping(database: Path) -> AsyncGenerator[Keeper]:
    """One life of a daemon."""
    async with open_store(database, [audit.MIGRATIONS]) as store, trio.open_nursery() as nursery:
        keeper, stopping = Keeper(store, audit.note_beside(database)), trio.Event()

        async def watch(task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
            await keeper.watch(stopping=stopping, task_status=task_status)

        await nursery.start(watch)
        yield keeper
        stopping.set()


async def do(database: Path, deeds: int) -> None:
    async with keeping(database) as keeper:
        for _ in range(deeds):
            await keeper.record(DEED)


def noted(database: Path) -> int:
    return json.loads(audit.note_beside(database).read_bytes())["count"]


def cut(database: Path, length: int) -> None:
    """As whoever can write the database would, leaving no trace in it."""
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        guards = dict(db.execute(triggers).fetchall())
        for name in guards:
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("DELETE FROM audit WHERE seq > ?", (length,))
        db.execute(
            "UPDATE audit_head SET (count, hash) = (SELECT seq, hash FROM audit WHERE seq = ?)",
            (length,),
        )
        for definition in guards.values():
            db.execute(definition)


async def test_what_was_recorded_is_noted_at_the_end_of_a_life_and_goes_on_in_the_next(
    database: Path,
):
    await do(database, 3)
    assert noted(database) == 3
    assert audit.note_beside(database).stat().st_mode & 0o777 == 0o600

    await do(database, 2)
    assert noted(database) == 5
    async with keeping(database) as keeper:
        verdict = await keeper.verify()
    assert verdict.is_intact
    assert verdict.noted is not None
    assert verdict.noted.count == 5


async def test_while_the_log_grows_it_is_noted_now_and_then(
    database: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("rdvd.audit.keeper.PERIOD", 0.01)
    async with keeping(database) as keeper:
        for number in (1, 2):
            await keeper.record(DEED)
            with trio.fail_after(30):
                while (verdict := await keeper.verify()).noted != verdict.head:
                    pass
            assert noted(database) == number


async def test_a_log_whose_end_was_cut_off_is_found_out_and_the_evidence_stays(
    database: Path, caplog: pytest.LogCaptureFixture
):
    await do(database, 5)
    cut(database, 3)

    async with keeping(database) as keeper:
        await keeper.record(DEED)
        verdict = await keeper.verify()

    assert verdict.fault is not None
    assert "5 entries" in verdict.fault.what
    assert "audit_log_cut" in caplog.text
    assert noted(database) == 5


async def test_a_cut_that_was_filled_up_again_is_found_out_too(database: Path):
    await do(database, 5)
    cut(database, 3)
    async with keeping(database) as keeper:
        for _ in range(4):
            await keeper.record(AuthEvent("another deed", "accepted"))
        verdict = await keeper.verify()

    assert verdict.fault is not None


async def test_without_a_note_the_log_is_checked_alone_and_the_verdict_says_so(
    database: Path, caplog: pytest.LogCaptureFixture
):
    await do(database, 2)
    audit.note_beside(database).unlink()
    async with keeping(database) as keeper:
        audit.note_beside(database).unlink(missing_ok=True)
        verdict = await keeper.verify()

    assert (verdict.is_intact, verdict.noted) == (True, None)
    assert "audit_note_missing" in caplog.text


@pytest.mark.parametrize("content", [b"", b"{}", b'{"count": "5", "hash": "x"}', b"\xff"])
async def test_a_note_that_makes_no_sense_is_a_fault_and_is_left_alone(
    content: bytes, database: Path
):
    await do(database, 2)
    audit.note_beside(database).write_bytes(content)

    async with keeping(database) as keeper:
        await keeper.record(DEED)
        verdict = await keeper.verify()

    assert verdict.fault is not None
    assert str(audit.note_beside(database)) in verdict.fault.what
    assert audit.note_beside(database).read_bytes() == content


async def test_a_link_in_place_of_the_note_is_not_followed(database: Path, tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    audit.note_beside(database).symlink_to(victim)

    await do(database, 1)

    assert victim.read_text() == "mine"
    assert audit.note_beside(database).is_symlink()


async def test_a_restore_is_no_cut_and_the_old_note_goes_aside_with_the_old_database(
    database: Path, tmp_path: Path
):
    await do(database, 2)
    backup(database, tmp_path / "copy")
    await do(database, 3)
    aside = restore(tmp_path / "copy", database)

    assert aside is not None
    assert noted(aside) == 5
    async with keeping(database) as keeper:
        await keeper.record(DEED)
        assert (await keeper.verify()).is_intact
    assert noted(database) == 3
