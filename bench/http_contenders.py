"""The same small JSON from two servers, to one client in the same process that hardly parses.

The client's share is in both figures, so that the true ratio of the servers is a little higher.
"""

import logging
import os
import socket
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import trio
from attrs import frozen
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config, Sockets
from hypercorn.trio.run import worker_serve
from quart_trio import QuartTrio

from rdvd.ground.doors import Rules
from rdvd.ground.hooks import Hooks
from rdvd.ground.http import App, make_app
from rdvd.ground.live import Live
from rdvd.ground.peer import Peer
from rdvd.ground.routes import Request, Route, Routes
from rdvd.ground.serve import serve

from .stopwatch import Stopwatch

GET = b"GET /api/user?limit=5 HTTP/1.1\r\nHost: rdvd\r\nAuthorization: Bearer x\r\n\r\n"
FORMAT = "%(asctime)s %(message)s %(request_id)s %(method)s %(route)s %(status)s %(seconds)s"
PER_CONNECTION = 500  # Hypercorn closes after 1,000
Serving = AbstractAsyncContextManager[Path]


@frozen
class User:
    id: str
    name: str


@frozen
class Page:
    limit: int = 10


async def authenticate(headers: Mapping[str, str], _: Peer | None) -> object:
    return headers["authorization"]


async def authorize(principal: object, route: Route) -> None:
    assert principal
    assert route


async def limit(_: object, category: str) -> Mapping[str, str]:
    return {"RateLimit-Limit": "3000", "RateLimit-Policy": category}


def our_app() -> App:
    routes = Routes()

    @routes.route("GET", "/api/user", "Who I am", query=Page, response=User)
    async def _(request: Request[None]) -> User:
        return User(request.id, str(request.query(Page).limit))

    return make_app(routes, Hooks(authenticate, authorize, limit))


def stock_app() -> QuartTrio:
    app = QuartTrio(__name__, static_folder=None)

    @app.get("/api/user")
    async def _() -> dict[str, str]:
        return {"id": "7b1c3f0a-2f6e-4c69-9d3c-0f2a54c0e0aa", "name": "5"}

    return app


@contextmanager
def bound() -> Generator[tuple[socket.socket, Path], None, None]:
    with TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as door:
        path = Path(directory) / "bench.sock"
        door.bind(str(path))
        door.listen(128)
        yield door, path


def nowhere() -> TextIO:
    return Path(os.devnull).open("w")


@asynccontextmanager
async def serving_ours() -> AsyncGenerator[Path, None]:
    with bound() as (door, path), nowhere() as sink:
        log = logging.getLogger("rdvd.http")
        handler = logging.StreamHandler(sink)
        handler.setFormatter(logging.Formatter(FORMAT))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(serve_until_cancelled, our_app(), door))
            yield path
            nursery.cancel_scope.cancel()
        log.removeHandler(handler)


async def serve_until_cancelled(
    app: App, door: socket.socket, task_status: trio.TaskStatus[Any]
) -> None:
    await serve(
        app, Live([door]), rules=Live(Rules()), stopping=trio.Event(), task_status=task_status
    )


@asynccontextmanager
async def serving_stock() -> AsyncGenerator[Path, None]:
    with bound() as (door, path):
        config = Config()
        config.errorlog = None
        sockets = Sockets([], [door], [])
        app: Any = ASGIWrapper(stock_app())
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(worker_serve, app, config, sockets=sockets))
            yield path
            nursery.cancel_scope.cancel()


async def ours(times: int) -> float:
    return await keep_asking(serving_ours(), times, PER_CONNECTION)


async def stock(times: int) -> float:
    return await keep_asking(serving_stock(), times, PER_CONNECTION)


async def ours_fresh(times: int) -> float:
    return await keep_asking(serving_ours(), times, 1)


async def stock_fresh(times: int) -> float:
    return await keep_asking(serving_stock(), times, 1)


async def keep_asking(serving: Serving, times: int, per_connection: int) -> float:
    async with serving as path:
        with Stopwatch() as watch:
            left = times
            while left:
                now = min(left, per_connection)
                await ask(path, now)
                left -= now
    return watch.seconds


async def ask(path: Path, times: int) -> None:
    async with await trio.open_unix_socket(path) as stream:
        for _ in range(times):
            await stream.send_all(GET)
            got = b""
            while not got.rstrip().endswith(b"}"):  # Quart ends its JSON with a new line
                got += await stream.receive_some(4096)
            assert got.startswith(b"HTTP/1.1 200")
