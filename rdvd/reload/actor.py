"""The one way in which the configuration changes while we run: on SIGHUP, or asked by the API."""

import logging
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Literal

import trio
from attrs import evolve

from actors import Actor, Unavailable
from rdvd.config import BadConfig, Config, with_live_changes
from rdvd.ground.errors import Forbidden, StorageFull
from rdvd.ground.live import Live
from rdvd.ground.notify import Notifier
from rdvd.identity import AuthEvent, Principal, ensure

from .comparison import compare, describe
from .types import HeldConfig, Reloaded

log = logging.getLogger("rdvd.config")

REFUSED = "Ready; the configuration is wrong, so the old one is kept: see the log"
READ: Final = "config.read"
RELOAD: Final = "config.reload"


class Configuration(Actor):
    """`held` is what is true of the running daemon; `read` says what the files say by now."""

    def __init__(
        self,
        held: Live[Config],
        read: Callable[[], Config],
        take_up: Callable[[Config], Awaitable[None]],
        record: Callable[[AuthEvent], Awaitable[object]],
        notifier: Notifier,
    ) -> None:
        self._held = held
        self._read = read
        self._take_up = take_up
        self._record = record
        self._notifier = notifier

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        with trio.open_signal_receiver(signal.SIGHUP) as hangups:
            self.spawn(self._obey, hangups)
            yield

    async def show(self, by: Principal) -> HeldConfig:
        """What holds, and what in the files waits for a reload or a restart."""
        ensure(by, READ)
        try:
            return compare(self._held.now, await trio.to_thread.run_sync(self._read))
        except BadConfig as error:
            return evolve(compare(self._held.now, self._held.now), problems=error.problems)

    async def reload(self, by: Principal | None = None) -> Reloaded:
        """Take up what can change live, or nothing at all if anything is wrong.

        `by` is None when whoever may send signals to this process has sent one.
        """
        await self._ensure_may_reload(by)
        self._notifier.reloading()
        status = REFUSED
        try:
            reloaded = await self._reload()
            status = "Ready"
        except BadConfig as error:
            await self._tell(by, "refused", reason=error.code)
            raise
        finally:
            self._notifier.ready(status)  # systemd waits for it, whatever has happened
        await self._tell(by, "accepted", changed=reloaded.changed)
        return reloaded

    async def _reload(self) -> Reloaded:
        try:
            found = await trio.to_thread.run_sync(self._read)
        except BadConfig as error:
            log.error("config_refused", extra={"problems": error.problems})
            raise
        reloaded = describe(self._held.now, found)
        self._held.replace(with_live_changes(self._held.now, found))
        await self._take_up(self._held.now)  # also if nothing changed: it may have failed before
        log.info("config_reloaded", extra={"changed": reloaded.changed})
        if reloaded.waiting:
            log.warning("config_needs_restart", extra={"waiting": reloaded.waiting})
        return reloaded

    async def _obey(self, hangups: AsyncIterator[int]) -> None:
        async for _ in hangups:
            try:
                await self.ref.call(Configuration.reload)
            except BadConfig:
                pass  # the log has it
            except Unavailable as error:
                log.error("config_not_reloaded", extra={"error": str(error)})

    async def _ensure_may_reload(self, by: Principal | None) -> None:
        try:
            if by is not None:
                ensure(by, RELOAD)
        except Forbidden as error:
            await self._tell(by, "refused", reason=error.code)
            raise

    async def _tell(
        self,
        by: Principal | None,
        outcome: Literal["accepted", "refused"],
        *,
        changed: Sequence[str] = (),
        reason: str | None = None,
    ) -> None:
        user, token, peer = (by.user, by.token, None) if by else (None, None, "SIGHUP")
        about = ", ".join(changed) or None
        try:
            await self._record(AuthEvent(RELOAD, outcome, user, token, peer, about, reason))
        except StorageFull:  # a daemon whose disk is full can still be told what to do
            log.error("audit.not_written", extra={"action": RELOAD})
