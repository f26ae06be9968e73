"""A reader of the daemon's events that stops reading: it is told why, and nobody else notices."""

from pathlib import Path

import trio
import trio.testing

from tests.events.streams import PATH, hear, say, subscribe
from tests.streams.visits import calling, closing

from .daemons import A_WHILE, Daemon, living

HANDS, EACH = 4, 75  # together more than the 256 that may wait
SNAPSHOTS = 200  # of 2 kB and more: more than a socket takes
METRICS = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
ORDER = b'{"name":"a","expires_in_seconds":1}'
POST = (
    b"POST /api/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(ORDER), ORDER)
)


async def mint_what_soon_expires(daemon: Daemon) -> None:
    """Each end is a fact. On an open connection, or it would take long."""
    async with await trio.open_unix_socket(daemon.socket) as wire:
        for _ in range(EACH):
            await wire.send_all(POST)
            got = b""
            while not got.endswith(b"}"):
                got += await wire.receive_some()
            assert got.startswith(b"HTTP/1.1 201"), got


async def wait_until_somebody_is_given_up(daemon: Daemon) -> None:
    """More and more waits for the slowest reader, and then nothing at all."""
    before = 0
    while (waiting := await waiting_for_the_slowest(daemon)) >= before - 50:
        before = max(before, waiting)


async def waiting_for_the_slowest(daemon: Daemon) -> int:
    async with await trio.open_unix_socket(daemon.socket) as wire:
        await wire.send_all(METRICS)
        text = b"".join([part async for part in wire])
    return int(float(text.partition(b"\nrdvd_events_waiting_max ")[2].split()[0]))


def without_limits(home: Path) -> None:
    (home / "server").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    file = home / "server" / "config.toml"
    file.write_text("[limits]\nwrites_per_minute = 1000000\n")
    file.chmod(0o600)


async def test_a_reader_that_does_not_read_is_cut_with_a_reason_and_others_hear_everything(
    tmp_path: Path,
):
    heard: list[int] = []
    without_limits(tmp_path / "home")
    async with (
        living(tmp_path / "home") as daemon,
        calling(daemon.terminal) as caller,
        calling(daemon.terminal) as stalled,
    ):
        quick = await caller.connect(PATH)
        await subscribe(quick, types=["token."])
        slow = await stalled.connect(PATH)
        for _ in range(SNAPSHOTS):
            await say(slow, type="subscribe", types=["token."])

        async def listen() -> None:
            while True:
                heard.append((await hear(quick))["seq"])

        with trio.fail_after(A_WHILE):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(listen)
                for _ in range(HANDS):
                    nursery.start_soon(mint_what_soon_expires, daemon)
                await wait_until_somebody_is_given_up(daemon)
                code, reason = await closing(slow)
                while len(heard) < HANDS * EACH:
                    await trio.testing.wait_all_tasks_blocked(0.01)
                nursery.cancel_scope.cancel()

    assert (code, (reason or "")[:8]) == (1013, "too slow")
    assert heard == list(range(heard[0], heard[0] + len(heard)))
