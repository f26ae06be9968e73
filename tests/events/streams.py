"""The event stream on a real socket, and clients of it, in this very process."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio
from attrs import frozen
from trio_websocket import WebSocketConnection

from rdvd.events import Events
from rdvd.events.routes import event_stream
from rdvd.ground.peer import Peer
from rdvd.identity import Owner, Principal, UserId
from rdvd.limits import Category
from rdvd.streams import Entrance
from rdvd.streams.handshake import Knock
from tests.streams.visits import Served, serving

ME = UserId("me")
PATH = "/ws/events"


class OpenDoor(Entrance):
    """Everybody is the one who was handed in: for tests about anything else."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal

    def refuse_foreign_origin(self, knock: Knock) -> None:
        return None

    async def by_knock(self, knock: Knock, peer: Peer) -> Principal:
        return self.principal

    def count(self, principal: Principal, category: Category) -> None:
        return None

    async def check_still_good(self, principal: Principal) -> None:
        return None


@frozen(eq=False)
class Feed:
    events: Events
    served: Served

    async def connect(self) -> WebSocketConnection:
        return await self.served.connect(PATH)

    @property
    def stopping(self) -> trio.Event:
        return self.served.stopping

    @property
    def connections(self) -> int:
        return self.served.census.total


@asynccontextmanager
async def streaming(
    folder: Path, *, who: Principal | None = None, events: Events | None = None
) -> AsyncGenerator[Feed, None]:
    events = events or Events()
    async with serving(folder, [event_stream(events)], OpenDoor(who or Owner(ME)), None) as served:
        yield Feed(events, served)


async def hear(client: WebSocketConnection) -> dict[str, Any]:
    return json.loads(await client.get_message())


async def say(client: WebSocketConnection, **message: Any) -> None:
    await client.send_message(json.dumps(message))


async def subscribe(client: WebSocketConnection, **message: Any) -> dict[str, Any]:
    """The answer, past the greeting."""
    await say(client, type="subscribe", **message)
    while (event := await hear(client))["type"] not in ("snapshot", "resumed"):
        assert event["type"] == "hello"
    return event


def happen(events: Events, number: int = 0, size: int = 1) -> int:
    place = f"{number}".rjust(size, ".")
    return events.publish("actor.started", {"place": place}, None).seq
