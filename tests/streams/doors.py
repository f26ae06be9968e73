"""Two kinds of streams with real people before them."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from attrs import frozen
from trio_websocket import WebSocketConnection

from rdvd.ground.errors import NotFound
from rdvd.identity import Auth, Principal, SessionId, Thing, ensure, name_of
from rdvd.streams import Gone, Stream, StreamRoute
from tests.identity.house import House, house

from .visits import Served, closing, entrance_of, serving

ORIGIN = "https://rdv.example"


async def ensure_watch(principal: Principal, path: Mapping[str, str]) -> None:
    if path["id"] == "missing":
        raise NotFound("there is no session missing")
    ensure(principal, "session.watch", Thing(principal.user, SessionId(path["id"])))


async def ensure_follow(principal: Principal, _path: Mapping[str, str]) -> None:
    ensure(principal, "events.follow", Thing(principal.user))


async def say_who(stream: Stream) -> None:
    await stream.send(name_of(stream.principal).partition(":")[0])
    try:
        while True:
            await stream.send(await stream.receive())
    except Gone:
        return


ROUTES = (
    StreamRoute("/ws/strict", say_who, ensure_follow, protocols=("rdv.strict",)),
    StreamRoute("/ws/open/<id>", say_who, ensure_watch, admits="also by first message"),
)


@frozen(eq=False)
class Place:
    house: House
    served: Served

    async def who(self, target: str, **more: Any) -> tuple[str | bytes, WebSocketConnection]:
        client = await self.served.connect(target, **more)
        return await client.get_message(), client

    async def ticket(self, action: Any = "events.follow", session: str | None = None) -> str:
        owner = await self.house.owner()
        thing = Thing(owner.user, SessionId(session)) if session else None
        minted = await self.house.auth.call(Auth.mint_ticket, owner, action, thing)
        return minted.secret.reveal()

    async def first_message(self, *said: object, target: str = "/ws/open/s") -> tuple[int, str]:
        """How it ends for who tells later."""
        client = await self.served.connect(target, subprotocols=["rdv.auth"])
        for message in said:
            await client.send_message(json.dumps(message))
        code, reason = await closing(client)
        return code, reason or ""


@asynccontextmanager
async def place(folder: Path, **rates: Any) -> AsyncGenerator[Place, None]:
    async with house(folder) as home:
        door = entrance_of(home, origins=frozenset({ORIGIN}), **rates)
        async with serving(folder, ROUTES, door, home) as served:
            yield Place(home, served)
