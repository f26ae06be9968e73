"""All repositories in which something is done now: an actor for each, by its common directory."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path

from attrs import define, field

from actors import Actor, ActorChild, Ref, Supervisor, Unavailable, actor, every

from .actor import Repository
from .places import slug
from .rooms import Busy
from .shop import Shop

GRACE = 10.0


@define(eq=False)
class Rooms(Busy):
    """Outlives the registry, which may fall and must find the children again."""

    children: dict[str, ActorChild[Repository]] = field(factory=dict[str, "ActorChild[Repository]"])


class Repositories(Actor):
    """`nest` is the supervisor in which the actors of repositories live."""

    def __init__(self, shop: Shop, nest: Supervisor, rooms: Rooms) -> None:
        self._shop = shop
        self._nest = nest
        self._rooms = rooms
        self._children = rooms.children

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        self._forget_fallen()
        self.spawn(self._rest_now_and_then)
        yield

    async def find(self, common: Path) -> Ref[Repository]:
        """Its actor; whoever calls this has said to the rooms that it is busy there."""
        key = str(common)
        if key not in self._children:
            place = actor(
                _name(common), partial(Repository, self._shop, self._rooms, key), grace=GRACE
            )
            await self._nest.start_child(place)
            self._children[key] = place
        return self._children[key].ref

    async def rest(self) -> None:
        for key in list(self._children):
            if self._rooms.is_idle(key, self._shop.settings.idle_seconds):
                with suppress(Unavailable):  # it has ended by itself
                    await self._nest.stop_child(self._children[key])
                del self._children[key]
                self._rooms.forget(key)

    def _forget_fallen(self) -> None:
        """The nest outlasts us or not."""
        names = {child.name for child in self._nest.snapshot().children}
        for key in [key for key in self._children if _name(Path(key)) not in names]:
            del self._children[key]

    async def _rest_now_and_then(self) -> None:
        async for _ in every(self._shop.settings.idle_seconds / 2):
            await self.ref.call(Repositories.rest)


def _name(common: Path) -> str:
    """Short for people, and with no slash, which would look like a place of the tree."""
    of = common.parent if common.name == ".git" else common
    return f"{slug(of.name)} {blake2b(os.fsencode(common), digest_size=4).hexdigest()}"
