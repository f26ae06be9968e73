"""Sessions on a real tmux, the terminal stream on a real socket, and viewers of it."""

import json
import os
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import define, field, frozen
from trio_websocket import ConnectionClosed, WebSocketConnection, wrap_client_stream

from actors import Topic
from rdvd.ground.doors import Rules
from rdvd.ground.live import Live
from rdvd.identity import TokenRevoked
from rdvd.limits import Guard, LimitSettings
from rdvd.sessions import Session
from rdvd.streams import Census, Entrance, serve_streams
from rdvd.terminal import Stages, Terminals
from rdvd.terminal.wire import OUTPUT_HEAD
from rdvd.tmux import cleaned
from tests.sessions.house import House, living

A_WHILE = 20
CONTROLS = re.compile(
    rb"\x1b(\[[0-9;?>=]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78]|\][^\x07\x1b]*(\x07|\x1b\\))"
)


@define(eq=False)
class Viewer:
    """A client that keeps all it was told."""

    socket: WebSocketConnection
    output: bytes = b""
    said: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    seqs: list[int] = field(factory=list[int])

    async def say(self, type: str, **members: object) -> None:  # noqa: A002 - the wire's own name
        await self.socket.send_message(json.dumps({"type": type, **members}))

    async def keys(self, text: str) -> None:
        await self.say("input", data=text)

    async def hear(self) -> dict[str, Any]:
        """One more message; output is put together."""
        message = await self.socket.get_message()
        if isinstance(message, bytes):
            _kind, seq = OUTPUT_HEAD.unpack_from(message)
            said: dict[str, Any] = {"type": "output", "seq": seq}
            said["data"] = message[OUTPUT_HEAD.size :]
        else:
            said = json.loads(message)
        if said["type"] == "output":
            data = said["data"]
            self.seqs.append(said["seq"])
            self.output += data if isinstance(data, bytes) else data.encode()
        else:
            self.said.append(said)
        return said

    async def until(self, type: str, **members: object) -> dict[str, Any]:  # noqa: A002 - as above
        with trio.fail_after(A_WHILE):
            while True:
                said = await self.hear()
                if said["type"] == type and members.items() <= said.items():
                    return said

    async def until_seen(self, text: str, *, times: int = 1) -> None:
        with trio.fail_after(A_WHILE):
            while self.seen.count(text) < times:
                await self.hear()

    @property
    def seen(self) -> str:
        """All that was printed, without colours and movements."""
        return CONTROLS.sub(b"", self.output).decode(errors="replace")

    async def goodbye(self) -> int:
        """Listen to the end: its code."""
        with trio.fail_after(A_WHILE):
            try:
                while True:
                    await self.hear()
            except ConnectionClosed:
                assert self.socket.closed is not None
                return self.socket.closed.code


@frozen(eq=False)
class Cinema:
    house: House
    path: Path
    stages: Stages
    census: Census
    nursery: trio.Nursery
    stopping: trio.Event
    wires: list[trio.SocketStream] = field(factory=list[trio.SocketStream])

    async def watch(
        self,
        session: Session | str,
        query: str = "",
        *protocols: str,
        nursery: trio.Nursery | None = None,
        **more: Any,
    ) -> Viewer:
        id = session.id if isinstance(session, Session) else session
        wire = await trio.open_unix_socket(str(self.path))
        self.wires.append(wire)
        target = f"/ws/terminal/{id}?{query}"
        client = await wrap_client_stream(
            nursery or self.nursery, wire, "rdvd", target, subprotocols=list(protocols), **more
        )
        return Viewer(client)


@asynccontextmanager
async def cinema(folder: Path, run: Path, **settings: object) -> AsyncGenerator[Cinema, None]:
    """The tmux servers and the recorder in `run` are ended by the fixture of that name."""
    stopping = trio.Event()
    async with living(folder, run, **settings) as house, trio.open_nursery() as nursery:
        stages, census = Stages(house.front), Census()
        terminals = Terminals(house.front, stages, "tmux", cleaned(os.environ))
        entrance = Entrance(house.shop.auth, Guard(LimitSettings()))
        path = run / "terminal.sock"
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
            serve = partial(
                serve_streams, Live([bound]), entrance, [terminals.route()],
                Topic[TokenRevoked]("ended"), census=census, rules=Live(Rules(64, grace=3.0)),
            )  # fmt: skip
            await nursery.start(partial(stages.serve, stopping=stopping))
            await nursery.start(partial(serve, stopping=stopping))
            seats = Cinema(house, path, stages, census, nursery, stopping)
            try:
                yield seats
            finally:
                nursery.cancel_scope.cancel()
                for wire in seats.wires:
                    wire.socket.close()
