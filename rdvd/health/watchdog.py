"""The sign of life that systemd waits for: sent only if the daemon could have done some work.

A loop that turns proves little. So each sign is preceded by a trip through the store and one
through each socket. If one fails, systemd hears nothing, and starts us anew after WatchdogSec.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import trio
from attrs import frozen

from actors import Unavailable, every
from rdvd.ground.errors import Problem
from rdvd.ground.notify import Notifier
from rdvd.ground.store import Store

log = logging.getLogger("rdvd.watchdog")

LONGEST_ROUND = 5.0
ASK = b"GET /health/live HTTP/1.1\r\nHost: rdvd\r\nConnection: close\r\n\r\n"
ANSWERED = (b"HTTP/1.1 200 ", b"HTTP/1.1 429 ")  # 429: others of this user ask too much of us
KNOCK = (
    b"GET /ws HTTP/1.1\r\nHost: rdvd\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
REFUSED = (b"HTTP/1.1 404 ",)


@frozen
class Trip:
    """A way through the daemon and back: `travel` returns why it failed, or None."""

    through: str
    travel: Callable[[], Awaitable[str | None]]


def trip_through_store(store: Store) -> Trip:
    async def travel() -> str | None:
        try:
            await store.ping()
        except (Problem, Unavailable) as error:
            return str(error)
        return None

    return Trip("store", travel)


def trip_through_api(path: Path) -> Trip:
    return _trip_through_socket("api", path, ASK, ANSWERED)


def trip_through_streams(path: Path) -> Trip:
    """A stream that there is not: its answer comes from as far inside as can be without a token."""
    return _trip_through_socket("streams", path, KNOCK, REFUSED)


def _trip_through_socket(name: str, path: Path, ask: bytes, answered: tuple[bytes, ...]) -> Trip:
    async def travel() -> str | None:
        try:
            async with await trio.open_unix_socket(path) as stream:
                await stream.send_all(ask)
                answer = b"".join([part async for part in stream])
        except (OSError, trio.BrokenResourceError) as error:
            return f"{path}: {error}"
        status = answer.partition(b"\r\n")[0]
        return None if status.startswith(answered) else f"{path}: it answered {status!r}"

    return Trip(name, travel)


async def watch(
    notifier: Notifier,
    interval: float | None,
    *trips: Trip,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
) -> None:
    """Every `interval`, half of what systemd allows; None if it does not ask for signs."""
    task_status.started()
    async with trio.open_nursery() as nursery:
        if interval is not None:
            nursery.start_soon(_send_signs, notifier, interval, trips)
        await stopping.wait()
        nursery.cancel_scope.cancel()


async def _send_signs(notifier: Notifier, interval: float, trips: tuple[Trip, ...]) -> None:
    # Two signs are an interval and a round apart at most: less than the two intervals allowed.
    limit = min(LONGEST_ROUND, interval / 2)
    async for _ in every(interval):
        if await _all_succeed(trips, limit):
            notifier.watchdog()


async def _all_succeed(trips: tuple[Trip, ...], limit: float) -> bool:
    deadline = trio.current_time() + limit
    for trip in trips:
        if not await _succeeds(trip, deadline, limit):
            return False
    return True


async def _succeeds(trip: Trip, deadline: float, limit: float) -> bool:
    """A write that hangs in the disk cannot be cancelled, so the complaint waits for no trip."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_give_up, trip, deadline, limit, nursery.cancel_scope)
        reason = await trip.travel()
        if nursery.cancel_scope.cancel_called:
            return False
        nursery.cancel_scope.cancel()
        if reason is not None:
            _complain(trip, reason)
        return reason is None
    return False


async def _give_up(trip: Trip, deadline: float, limit: float, scope: trio.CancelScope) -> None:
    await trio.sleep_until(deadline)
    _complain(trip, f"no answer within {limit:g} s")
    scope.cancel()


def _complain(trip: Trip, reason: str) -> None:
    log.error("watchdog_silent", extra={"through": trip.through, "reason": reason})
