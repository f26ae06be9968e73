"""The store, as its callers see it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from rdvd.ground.database import Synchronous
from rdvd.ground.store import Store

from .store_tables import ROWS_TO_AGE, age, find, folder_for_bench, insert, migrations, share_out


@asynccontextmanager
async def _opened(synchronous: Synchronous = "FULL") -> AsyncGenerator[Store]:
    with folder_for_bench() as folder:
        store = Store(folder / "bench.db", 1024)
        async with store.serving([migrations], synchronous):
            await store.write(age)
            yield store


async def write_by_one(times: int) -> float:
    async with _opened() as store:
        return await share_out(times, 1, partial(store.write, insert))


async def write_by_64(times: int) -> float:
    async with _opened() as store:
        return await share_out(times, 64, partial(store.write, insert))


async def write_by_64_normal(times: int) -> float:
    async with _opened("NORMAL") as store:
        return await share_out(times, 64, partial(store.write, insert))


async def read_by_16(times: int) -> float:
    async with _opened() as store:

        async def read(number: int) -> object:
            return await store.read(find, number % ROWS_TO_AGE + 1)

        return await share_out(times, 16, read)
