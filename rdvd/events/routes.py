"""`/ws/events`: what happens, as it happens."""

from collections.abc import Mapping

import trio

from actors import every
from rdvd.identity import Principal
from rdvd.streams import Farewell, Stream, StreamRoute

from .feed import Events
from .follower import HEARTBEAT_SECONDS, Follower
from .outbox import Outbox
from .sight import ensure_may_follow
from .types import BAD_MESSAGES

PATH = "/ws/events"
PROTOCOL = "rdv.events"


def event_stream(events: Events) -> StreamRoute:
    async def follow(stream: Stream) -> Farewell:
        outbox = Outbox()
        follower = Follower(events, stream.principal, outbox, stream.end)
        follower.greet()
        with events.listening(follower.tell, outbox.waiting):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_hear, stream, follower)
                nursery.start_soon(_beat, follower)
                await _send_all(stream, outbox)
                nursery.cancel_scope.cancel()
        return BAD_MESSAGES  # who was too slow has been ended already, with another farewell

    return StreamRoute(PATH, follow, _ensure, protocols=(PROTOCOL,))


async def _ensure(principal: Principal, _path: Mapping[str, str]) -> None:
    ensure_may_follow(principal)


async def _send_all(stream: Stream, outbox: Outbox) -> None:
    while (line := await outbox.next()) is not None:
        await stream.send(line.text)


async def _hear(stream: Stream, follower: Follower) -> None:
    while True:
        follower.hear(await stream.receive())


async def _beat(follower: Follower) -> None:
    async for _ in every(HEARTBEAT_SECONDS):
        follower.beat()
