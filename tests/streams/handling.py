"""One route with whatever handler a test has."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from actors import every
from rdvd.identity import Principal
from rdvd.streams import Farewell, Stream, StreamRoute
from rdvd.streams.stream import Handler
from tests.identity.house import house

from .visits import Served, entrance_of, serving

SPENT = Farewell(4001, "spent")


async def until_nobody_is_left(served: Served) -> None:
    async for _ in every(0.1):
        if not served.census.total:
            return


async def let(_principal: Principal, _path: Any) -> None:
    return None


@asynccontextmanager
async def handled(
    folder: Path, handler: Handler, *, grace: float = 3.0, most: int = 256, **more: Any
) -> AsyncGenerator[Served, None]:
    route = StreamRoute("/ws/x/<id>", handler, let, protocols=("new", "old"), **more)
    async with (
        house(folder) as home,
        serving(folder, [route], entrance_of(home), home, grace=grace, most=most) as served,
    ):
        yield served


async def echo(stream: Stream) -> None:
    while True:
        await stream.send(await stream.receive())
