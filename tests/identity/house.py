"""A running Auth over a real store and real files."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from actors import Ref, Topic, actor
from actors.testing import running
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import StorageFull, Unauthenticated
from rdvd.ground.peer import Peer
from rdvd.ground.store import Along, Store, alone, open_store
from rdvd.identity import (
    MIGRATIONS,
    Auth,
    AuthEvent,
    AuthSettings,
    Homes,
    Minted,
    NewToken,
    Owner,
    SessionId,
    TokenRevoked,
)


def ourselves() -> Peer:
    """This very process, as if it had connected."""
    return Peer(os.getpid(), os.geteuid(), os.getegid(), os.pidfd_open(os.getpid()))


def bearer(minted: Minted) -> dict[str, str]:
    return {"authorization": f"Bearer {minted.secret.reveal()}"}


@frozen(eq=False)
class House:
    auth: Ref[Auth]
    store: Store
    settings: AuthSettings
    ended: Topic[TokenRevoked]
    events: list[AuthEvent]
    panes: dict[int, SessionId]
    peer: Peer

    async def owner(self) -> Owner:
        principal = await self.auth.call(Auth.authenticate, {}, self.peer)
        assert isinstance(principal, Owner)
        return principal

    async def mint(self, kind: Any = "api", **more: Any) -> Minted:
        return await self.auth.call(Auth.mint, await self.owner(), NewToken(kind, "mine", **more))

    def service_token(self) -> str:
        return self.settings.service_token_file.read_text().strip()


@asynccontextmanager
async def house(
    home: Path,
    *,
    today: Callable[[], int] = now_ms,
    is_disk_full: Callable[[], bool] = lambda: False,
    **more: Any,
) -> AsyncGenerator[House, None]:
    settings = AuthSettings(home / "pepper", home / "service-token", **more)
    ended, events, panes = Topic[TokenRevoked]("ended"), list[AuthEvent](), dict[int, SessionId]()
    peer = ourselves()

    try:
        async with open_store(home / "sqlite.db", [MIGRATIONS]) as store:

            async def record(*told: AuthEvent, along: Along = alone) -> None:
                if is_disk_full():
                    raise StorageFull("no room")
                await store.write(along)
                events.extend(told)

            homes = Homes(lambda: panes)
            auth = actor("auth", lambda: Auth(store, settings, homes, ended, record, today=today))
            async with running(auth):
                yield House(auth.ref, store, settings, ended, events, panes, peer)
    finally:
        os.close(peer.pidfd or -1)


async def refused(h: House, headers: dict[str, str], peer: Peer | None = None) -> str:
    """The code of the refusal."""
    with pytest.raises(Unauthenticated) as caught:
        await h.auth.call(Auth.authenticate, headers, peer)
    return caught.value.code
