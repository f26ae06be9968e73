"""What is over goes, what may be asked for stays, and damage is told of."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from rdvd import audit, identity
from rdvd.cleanup import CleanupSettings, Sweeper
from rdvd.cleanup.sweeper import DAY_MS
from rdvd.ground import idempotency_store
from rdvd.ground.idempotency import KEPT_FOR_MS
from rdvd.ground.store import Store, open_store
from rdvd.identity import AuthEvent, Token, TokenId, User, UserId
from rdvd.identity.tables import StoredToken, add_token, add_user

MIGRATIONS = (idempotency_store.MIGRATIONS, identity.MIGRATIONS, audit.MIGRATIONS)
ANN = User(UserId("ann"), "Ann", True, 1)
TABLES = ("tokens", "kept_answers", "audit")


@asynccontextmanager
async def sweeping(path: Path, today: int) -> AsyncGenerator[tuple[Sweeper, Store]]:
    async with open_store(path, MIGRATIONS) as store:
        yield Sweeper(store, CleanupSettings(3600, 30), nothing_expires, lambda: today), store


async def nothing_expires() -> int:
    return 0


def fill(db: sqlite3.Connection, count: int) -> None:
    """As many of each, all of which were over at the beginning of time."""
    add_user(db, ANN)
    for number in range(count):
        token = Token(TokenId(str(number)), "api", ANN.id, "old", 0, revoked=0)
        key = number.to_bytes(32)
        add_token(db, StoredToken(token, key))
        idempotency_store.begin(db, key, b"f", 0)
        audit.append(db, audit.entry_of(AuthEvent("deed", "accepted")), at=0)


def counts(db: sqlite3.Connection) -> list[int]:
    return [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]


async def test_what_is_over_goes_in_pages_and_the_audit_log_stays(tmp_path: Path):
    many = 1_200
    async with sweeping(tmp_path / "sqlite.db", today=30 * DAY_MS + 1) as (sweeper, store):
        await store.write(fill, many)
        before = store.facts().commits
        await sweeper.sweep()

        assert await store.read(counts) == [0, 0, many]
        assert store.facts().commits - before >= 6
        assert (await store.read(audit.verify)).is_intact


@pytest.mark.parametrize(
    ("today", "left"),
    [(KEPT_FOR_MS - 1, [1, 1, 1]), (KEPT_FOR_MS, [1, 0, 1]), (30 * DAY_MS, [1, 0, 1])],
)
async def test_nothing_goes_that_may_be_asked_for(today: int, left: list[int], tmp_path: Path):
    async with sweeping(tmp_path / "sqlite.db", today) as (sweeper, store):
        await store.write(fill, 1)
        await sweeper.sweep()

        assert await store.read(counts) == left


async def test_it_sweeps_at_the_start_and_looks_for_damage(tmp_path: Path):
    async with sweeping(tmp_path / "sqlite.db", today=0) as (sweeper, store):
        stopping = trio.Event()
        async with trio.open_nursery() as nursery:

            async def watch(task_status: trio.TaskStatus[None]) -> None:
                await sweeper.watch(stopping=stopping, task_status=task_status)

            await nursery.start(watch)
            with trio.fail_after(30):
                while store.facts().integrity == "unchecked":
                    await store.ping()
            stopping.set()

        assert store.facts().integrity == "ok"
