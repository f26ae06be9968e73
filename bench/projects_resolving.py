"""A thousand folders, deep and wide, with preferences in each: what is known of one of them."""

import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from rdvd import folders, identity, knowledge, preferences
from rdvd.context.recorded import recorded
from rdvd.context.views import SECTIONS
from rdvd.folders.storage import ABOVE, COLUMNS
from rdvd.ground.store import open_store
from rdvd.identity import UserId
from rdvd.preferences import Defaults, resolve
from rdvd.preferences.storage import RESOLVE

ANN = UserId("ann")
MANY = 1_000
FIRST = "f0"
DEFAULTS = Defaults("/home/ann", ("/bin/sh",), 300)
SETS = (
    identity.MIGRATIONS, folders.MIGRATIONS, preferences.MIGRATIONS, knowledge.MIGRATIONS,
)  # fmt: skip
BARE_CONTEXT = (
    f"{ABOVE} SELECT {COLUMNS.replace('id,', 'folders.id,', 1)} FROM folders JOIN above USING (id)"
    " ORDER BY depth DESC",
    RESOLVE,
    "SELECT id, name, path FROM folders WHERE parent = :id ORDER BY position, created, id",
    "SELECT id, kind, content FROM knowledge_item WHERE folder = :id ORDER BY created_at, number",
)


def fill(db: sqlite3.Connection, *, deep: bool) -> str:
    """A chain, or one folder with all others in it. Returns the one that is asked for."""
    db.execute("INSERT INTO users (id, name, is_owner, created) VALUES (?, 'Ann', 1, 1)", (ANN,))
    for number in range(MANY):
        above = None if number == 0 else f"f{number - 1 if deep else 0}"
        db.execute(
            "INSERT INTO folders (id, user, name, parent, position, created, updated)"
            " VALUES (?, ?, 'x', ?, ?, 1, 1)",
            (f"f{number}", ANN, above, number),
        )
        for key, value in (("shell", '["/bin/sh"]'), (f"environment.V{number % 20}", '"x"')):
            db.execute(
                "INSERT INTO preferences VALUES (?, ?, ?, ?)", (ANN, f"f{number}", key, value)
            )
    return f"f{MANY - 1}"


@contextmanager
def database(*, deep: bool) -> Generator[tuple[sqlite3.Connection, str], None, None]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        for each in SETS:
            each.apply(Database(db, strict=True, execute_plugins=False))
        yield db, fill(db, deep=deep)


def timed(times: int, do: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(times):
        do()
    return time.perf_counter() - start


def bare(times: int, *, deep: bool) -> float:
    with database(deep=deep) as (db, folder):
        asked = {"folder": folder, "user": ANN}
        return timed(times, lambda: db.execute(RESOLVE, asked).fetchall())


def ours(times: int, *, deep: bool) -> float:
    with database(deep=deep) as (db, folder):
        return timed(times, lambda: resolve(db, DEFAULTS, ANN, folder))


def bare_context(times: int, *, deep: bool) -> float:
    """All rows of which a context is made, in the same four questions."""
    with database(deep=deep) as (db, leaf):
        folder = leaf if deep else FIRST
        asked = {"folder": folder, "user": ANN, "id": folder}

        def ask() -> None:
            for each in BARE_CONTEXT:
                db.execute(each, asked).fetchall()

        return timed(times, ask)


def our_context(times: int, *, deep: bool) -> float:
    with database(deep=deep) as (db, leaf):
        folder = leaf if deep else FIRST
        return timed(times, lambda: recorded(db, DEFAULTS, ANN, folder, SECTIONS))


def bare_context_deep(times: int) -> float:
    return bare_context(times, deep=True)


def our_context_deep(times: int) -> float:
    return our_context(times, deep=True)


def bare_context_wide(times: int) -> float:
    return bare_context(times, deep=False)


def our_context_wide(times: int) -> float:
    return our_context(times, deep=False)


def bare_deep(times: int) -> float:
    return bare(times, deep=True)


def ours_deep(times: int) -> float:
    return ours(times, deep=True)


def bare_wide(times: int) -> float:
    return bare(times, deep=False)


def ours_wide(times: int) -> float:
    return ours(times, deep=False)


async def stored(times: int, *, deep: bool) -> float:
    with TemporaryDirectory() as name:
        async with open_store(Path(name) / "bench.db", SETS) as store:
            folder = await store.write(lambda db: fill(db, deep=deep))
            start = time.perf_counter()
            for _ in range(times):
                await store.read(resolve, DEFAULTS, ANN, folder)
            return time.perf_counter() - start


async def stored_deep(times: int) -> float:
    return await stored(times, deep=True)


async def stored_wide(times: int) -> float:
    return await stored(times, deep=False)
