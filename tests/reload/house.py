"""The whole daemon in this very process: the real tree on a real socket, told by real signals."""

import io
import json
import os
import signal
import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import frozen

from actors import Supervisor, run
from rdvd.config import Config, load
from rdvd.ground.footing import Footing, Seat
from rdvd.ground.log import Log, logging_to
from rdvd.ground.notify import Notifier
from rdvd.ground.places import Places, prepare
from rdvd.ground.sockets import bind
from rdvd.ground.store import open_store
from rdvd.health import trip_through_store, watch
from rdvd.main import MIGRATIONS, Sockets, tree
from rdvd.reload import log_settings, outlive_hangups
from tests.ground.http_client import Got, ask, ask_json

A_HANG = 10
READY = b"READY=1\nSTATUS=Ready"
KNOCK = (
    "GET /ws/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
)
HALF_A_BODY = (
    b"POST /api/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b'Content-Length: 12\r\n\r\n{"name'
)


@frozen(eq=False)
class House:
    places: Places
    root: Supervisor
    lines: Log
    stderr: io.StringIO
    ear: trio.socket.SocketType  # what systemd hears
    stopped: trio.Event

    @property
    def socket(self) -> Path:
        return self.places.api_socket

    def write(self, text: str) -> None:
        self.places.server_config_file.write_text(text)

    async def hang_up(self, text: str | None = None) -> bytes:
        """Send SIGHUP, with this in the file, and wait until it is done: what systemd hears."""
        if text is not None:
            self.write(text)
        os.kill(os.getpid(), signal.SIGHUP)
        word, _, microseconds = (await self.ear.recv(999)).partition(b"\nMONOTONIC_USEC=")
        assert (word, microseconds.isdigit()) == (b"RELOADING=1", True)
        return await self.ear.recv(999)

    async def get(self, path: str, **headers: str) -> Got:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await ask(self.socket, "GET", path, headers=named)

    async def post(self, path: str, body: object = None, **headers: str) -> Got:
        return await ask_json(self.socket, "POST", path, {} if body is None else body, headers)

    async def ask_health(self) -> int:
        return (await self.get("/health")).status

    async def knock(self, **headers: str) -> int:
        """Ask for the event stream; the status of the answer, 101 if it is open."""
        lines = [KNOCK, *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        async with await trio.open_unix_socket(str(self.places.terminal_socket)) as stream:
            await stream.send_all("\r\n".join(lines).encode())
            return int((await stream.receive_some())[9:12])

    async def stall(self) -> trio.SocketStream:
        """A connection whose request never becomes whole."""
        stream = await trio.open_unix_socket(str(self.socket))
        await stream.send_all(HALF_A_BODY)
        return stream

    async def logged(self) -> list[str]:
        """What is on standard error by now."""
        await trio.to_thread.run_sync(self.lines.wait_written)
        return self.stderr.getvalue().splitlines()

    async def said(self, event: str, fact: str) -> list[Any]:
        """This fact of all such lines in the log file."""
        await trio.to_thread.run_sync(self.lines.wait_written)
        lines = self.places.log_file.read_text().splitlines()
        return [line[fact] for line in map(json.loads, lines) if line["event"] == event]


@asynccontextmanager
async def house(home: Path, text: str = "") -> AsyncGenerator[House, None]:
    """Up, with this in server/config.toml; down again at the end, however the test ends."""
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        places = Places(home, Path(short))
        prepare(places)
        places.server_config_file.write_text(text)
        with trio.socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            await ear.bind(f"{short}/notify")
            async with _running(places, ear) as up:
                assert (await ear.recv(999)).startswith(b"READY=1")
                yield up


@asynccontextmanager
async def _running(places: Places, ear: trio.socket.SocketType) -> AsyncGenerator[House, None]:
    config, stderr = load(places, {}), io.StringIO()
    before = signal.getsignal(signal.SIGHUP)
    outlive_hangups()
    try:
        with logging_to(log_settings(config), {}, stderr) as lines:
            async with _tree(config, places, lines, ear) as (root, stopped):
                yield House(places, root, lines, stderr, ear, stopped)
    finally:
        signal.signal(signal.SIGHUP, before)


@asynccontextmanager
async def _tree(
    config: Config, places: Places, lines: Log, ear: trio.socket.SocketType
) -> AsyncGenerator[tuple[Supervisor, trio.Event], None]:
    stopped, notifier = trio.Event(), Notifier(os.fsencode(ear.getsockname()))
    async with open_store(config.database.path, MIGRATIONS) as store:
        with (
            closing(Seat(bind(config.server.api_socket))) as api,
            closing(Seat(bind(config.server.terminal_socket))) as terminal,
        ):
            watchdog = partial(watch, notifier, None, trip_through_store(store))
            reread = partial(load, places, {})
            sockets = Sockets(api.sockets, terminal.sockets, Footing(api, terminal))
            root = tree(config, store, sockets, notifier, watchdog, lines, reread)
            with trio.fail_after(A_HANG):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_run, root, stopped)
                    yield root, stopped
                    root.stop()


async def _run(root: Supervisor, stopped: trio.Event) -> None:
    try:
        await run(root)
    finally:
        stopped.set()
