"""A real server on a real Unix socket, and the people and things that it serves."""

import os
import socket
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec
import trio
from attrs import define, field, frozen

from rdvd.ground.doors import Rules
from rdvd.ground.errors import Forbidden, Limited, Unauthenticated
from rdvd.ground.hooks import Hooks
from rdvd.ground.http import App, HttpSettings, make_app
from rdvd.ground.idempotency import KeptAnswers
from rdvd.ground.live import Live
from rdvd.ground.peer import Peer
from rdvd.ground.routes import Request, Route, Routes
from rdvd.ground.serve import ServeLimits, serve

A_HANG = 10  # seconds
AT_ONCE = 0.5  # seconds: far less than any time limit that could have ended it instead
STALLED = b"GET /flood HTTP/1.1\r\nHost: x\r\n\r\n"


@frozen
class Size:
    columns: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    rows: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 24


@frozen
class Keys:
    __wire_tag__: ClassVar[str] = "keys"
    text: str


@frozen
class Pause:
    __wire_tag__: ClassVar[str] = "pause"
    seconds: float


@frozen
class NewThing:
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    size: Size | None = None
    tags: Annotated[list[str], msgspec.Meta(max_length=3)] = field(factory=list[str])
    steps: list[Keys | Pause] = field(factory=list[Keys | Pause])


@frozen
class Thing:
    id: str
    name: str
    size: Size | None = None


@frozen
class Filter:
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    tag: list[str] = field(factory=list[str])
    deep: bool = False


@define
class People:
    """Tokens and their owners; `left` is what each may still ask."""

    left: int = 1_000_000_000
    asked: list[str] = field(factory=list[str])

    async def authenticate(self, headers: Mapping[str, str], peer: Peer | None) -> object:
        token = headers.get("authorization", "Bearer ann").removeprefix("Bearer ")
        if token not in ("ann", "bob"):
            raise Unauthenticated("this token is unknown")
        return token

    async def authorize(self, principal: object, route: Route) -> None:
        self.asked.append(route.name)
        if route.who == "ann" and principal != "ann":
            raise Forbidden("only ann may")

    async def limit(self, who: object, category: str) -> Mapping[str, str]:
        self.left -= 1
        if self.left < 0:
            raise Limited(f"too many {category}s", retry_after=2.5)
        return {"RateLimit-Remaining": str(self.left)}

    def hooks(self) -> Hooks:
        return Hooks(self.authenticate, self.authorize, self.limit)


def small_routes() -> Routes:
    routes = Routes()

    @routes.route("GET", "/api/things/<id>", "One thing", response=Thing)
    async def _(request: Request[None]) -> Thing:
        return Thing(request.path["id"], "a thing", Size(80))

    @routes.route("GET", "/api/things", "Things", query=Filter, response=Filter)
    async def _(request: Request[None]) -> Filter:
        return request.query(Filter)

    @routes.route(
        "POST", "/api/things", "A new thing", request=NewThing, response=Thing, status=201
    )
    async def _(request: Request[NewThing]) -> Thing:
        return Thing("t1", request.body.name, request.body.size)

    @routes.route("DELETE", "/api/things/<id>", "No such thing any more", who="ann")
    async def _(request: Request[None]) -> None:
        return None

    return routes


@define
class Running:
    path: Path
    stopping: trio.Event
    ended: trio.Event = field(factory=trio.Event)

    async def stop(self) -> float:
        """How long it took."""
        began = trio.current_time()
        self.stopping.set()
        await self.ended.wait()
        return trio.current_time() - began


def bind(path: Path) -> socket.socket:
    bound = socket.socket(socket.AF_UNIX)
    os.fchmod(bound.fileno(), 0o600)  # before bind: the file is created with this mode
    bound.bind(str(path))
    bound.listen(128)
    return bound


def app_of(
    routes: Iterable[Route],
    people: People | None = None,
    settings: HttpSettings | None = None,
    kept: KeptAnswers | None = None,
) -> App:
    hooks = (People() if people is None else people).hooks()
    chosen = HttpSettings() if settings is None else settings
    return make_app(routes, hooks, settings=chosen, kept=kept)


@asynccontextmanager
async def serving(
    app: Any,
    directory: Path,
    *,
    limits: ServeLimits | None = None,
    a_hang: float = A_HANG,
    grace: float = 1.0,
    **more: Any,  # of the rules
) -> AsyncGenerator[Running, None]:
    path = directory / "api.sock"
    running = Running(path, trio.Event())
    with bind(path) as bound:
        run = partial(
            serve,
            app,
            Live([bound]),
            rules=Live(Rules(grace=grace, **more)),
            limits=ServeLimits() if limits is None else limits,
            stopping=running.stopping,
        )
        async with trio.open_nursery() as nursery:
            await nursery.start(_run, run, running)
            with trio.fail_after(a_hang):
                yield running
                running.stopping.set()
                await running.ended.wait()


async def _run(
    run: Any, running: Running, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    try:
        await run(task_status=task_status)
    finally:
        running.ended.set()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - one call and no objects


def flooding_app() -> App:
    """Streams more than any socket buffers."""
    app = app_of(small_routes())

    @app.get("/flood")
    async def _() -> Any:
        async def flood() -> AsyncGenerator[bytes, None]:
            while True:
                yield bytes(65536)

        return flood()

    return app
