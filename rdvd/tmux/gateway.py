"""The gateway: what the rest of rdvd holds of tmux. Any task may call it, many at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import trio

from actors import Topic
from rdvd.ground.footing import Neighbour
from rdvd.ground.traffic import Latencies

from .environment import cleaned
from .greeting import Abilities
from .launch import Launch, user_manager
from .program import Program
from .protocol import Block
from .quoting import Argument, Command, command_line
from .recall import sockets_lost
from .room import Room
from .server import Server
from .settings import TmuxSettings
from .state import Ready
from .types import (
    Lines,
    Outcome,
    TmuxChange,
    TmuxFacts,
    TmuxRefused,
    TmuxUnavailable,
    Way,
    refusal,
)

LONGEST_START = 20.0
LONGEST_PING = 2.0
OUTCOMES: tuple[Outcome, ...] = ("ok", "refused", "unavailable", "abandoned")
DRAFT = "paste-"  # what a file with text on its way to a pane is called
SOCKET = re.compile(r"tmux-(\d+)\.sock")


class Tmux:
    """Works while `serve`, a task of the tree, runs. A server is started when one is needed."""

    def __init__(self, settings: TmuxSettings, environ: Mapping[str, str]) -> None:
        self.changes = Topic[TmuxChange]("tmux changes")
        self.settings = settings
        self._environ = cleaned(environ)
        self._program = Program(settings.program, environ)
        self._servers: dict[int, Server] = {}
        self._nursery: trio.Nursery | None = None
        self._room = Room(settings.sessions_per_server, trio.current_time)
        self._outcomes: dict[Outcome, int] = dict.fromkeys(OUTCOMES, 0)
        self._latency = Latencies()
        self._reconnects = 0  # of lives before this one

    async def run(self, server: int, command: str, *arguments: Argument) -> Lines:
        """What tmux says to one command, or its refusal."""
        (answer,) = await self.batch(server, ((command, *arguments),))
        return answer

    async def batch(self, server: int, commands: Sequence[Command]) -> tuple[Lines, ...]:
        """All of them in a row, one answer each. Raises the first refusal, after all have run."""
        answers = await self.attempt(server, commands)
        return tuple(map(_accepted, answers))

    async def attempt(
        self, server: int, commands: Sequence[Command]
    ) -> tuple[Lines | TmuxRefused, ...]:
        """The same, with every refusal in its place."""
        sent, began = [*map(command_line, commands)], trio.current_time()
        try:
            connection = await self._server(server).connection()
            blocks = await connection.ask(sent)
        except (TmuxUnavailable, trio.Cancelled) as error:
            is_ours = isinstance(error, TmuxUnavailable)
            self._outcomes["unavailable" if is_ours else "abandoned"] += len(sent)
            raise
        self._latency.add(trio.current_time() - began)
        return tuple(map(self._outcome, blocks))

    def _outcome(self, block: Block) -> Lines | TmuxRefused:
        self._outcomes["refused" if block.is_error else "ok"] += 1
        return refusal(block.lines) if block.is_error else block.lines

    async def server_with_room(self) -> int:
        """A server for one more session: the first that has room, started if it is not there."""
        with trio.move_on_after(LONGEST_START):
            for number in count():
                server = self._require(number)
                await server.settled()
                if not server.is_silent and self._room.take(number, await server.count()):
                    await self._start(server)
                    return number
        raise TmuxUnavailable(f"no tmux server was ready within {LONGEST_START:g} s")

    async def _start(self, server: Server) -> None:
        try:
            await server.started()
        except TmuxUnavailable:
            self.settle(server.number)
            raise

    def servers(self) -> tuple[int, ...]:
        """Those that answer now."""
        ready = (n for n, server in self._servers.items() if isinstance(server.state, Ready))
        return tuple(sorted(ready))

    def abilities(self, server: int) -> Abilities:
        """Which commands and flags this server understands."""
        state = self._server(server).state
        return state.hello.abilities if isinstance(state, Ready) else Abilities({})

    def facts(self) -> TmuxFacts:
        known = self._program.known
        return TmuxFacts(
            program=self.settings.program,
            version=known and known.version,
            problem=known and known.problem,
            servers=tuple(self._servers[n].facts() for n in sorted(self._servers)),
            outcomes=dict(self._outcomes),
            latency=self._latency,
            reconnects=self._reconnects + sum(s.reconnects for s in self._servers.values()),
        )

    def settle(self, server: int) -> None:
        """The room that `server_with_room` promised is taken, or not needed any more."""
        self._room.settle(server)

    def neighbours(self) -> list[Neighbour]:
        """Where others find the servers that answer us: each can make its socket anew."""
        ready = (self._servers[number] for number in self.servers())
        return [Neighbour(server.path, server.call_back) for server in ready]

    def nudge(self, server: int) -> None:
        """For a dead pane without a status: libutempter makes tmux 3.3a miss one now and then."""
        self._server(server).nudge()

    async def check(self) -> tuple[str, ...]:
        """What is wrong, asked now: of the program, and of every server by a round trip."""
        judgement = await self._program.look()
        reasons = [judgement.problem] if judgement.problem else []
        found: dict[int, str] = {}
        async with trio.open_nursery() as nursery:
            for number in self._servers:
                nursery.start_soon(self._ping, number, found)
        return (*reasons, *(found[number] for number in sorted(found)))

    async def serve(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        """Reach every server whose socket is there; start none."""
        async with trio.open_nursery() as self._nursery:
            try:
                self._remove_drafts()
                lost = await trio.to_thread.run_sync(sockets_lost, self.settings.run)
                for number in self._numbers_of_sockets(lost):
                    self._require(number)
                for server in list(self._servers.values()):
                    await server.settled()
                task_status.started()
                await stopping.wait()
            finally:
                self._nursery.cancel_scope.cancel()
                self._forget()

    async def _ping(self, number: int, found: dict[int, str]) -> None:
        with trio.move_on_after(LONGEST_PING) as scope:
            try:
                await self.run(number, "display-message", "-p", "well")
            except (TmuxUnavailable, TmuxRefused) as problem:
                if not self._servers[number].is_absent:
                    found[number] = problem.detail
        if scope.cancelled_caught:
            found[number] = f"tmux server {number} did not answer within {LONGEST_PING:g} s"

    def _remove_drafts(self) -> None:
        """What a daemon that was killed left of somebody's text."""
        for path in self.settings.run.glob(f"{DRAFT}*"):
            path.unlink(missing_ok=True)

    def _numbers_of_sockets(self, lost: Iterable[Path]) -> list[int]:
        paths = {*self.settings.run.glob("tmux-*.sock"), *lost}
        names = (SOCKET.fullmatch(path.name) for path in paths)
        return sorted(int(name[1]) for name in names if name)

    def _server(self, number: int) -> Server:
        if number not in self._servers:
            raise TmuxUnavailable(f"there is no tmux server {number}")
        return self._servers[number]

    def _require(self, number: int) -> Server:
        """The server of this number, running or not."""
        if self._nursery is None:
            raise TmuxUnavailable("the tmux gateway does not run")
        if number not in self._servers:
            server = Server(
                number,
                self.settings.socket(number),
                launch=self._launch,
                program=lambda: self._program.path or self.settings.program,
                environ=self._environ,
                history_limit=self.settings.history_limit,
                patience=self.settings.answer_seconds,
                changes=self.changes,
            )
            self._servers[number] = server
            self._nursery.start_soon(server.live)
        return self._servers[number]

    async def _launch(self, number: int) -> Way:
        judgement = await self._program.look()
        path = self._program.path
        if path is None or not judgement.is_usable:
            raise TmuxUnavailable(judgement.problem or "there is no tmux")
        socket, manager = self.settings.socket(number), user_manager(self._environ)
        launch = Launch(path, number, socket, self._environ, manager, self.settings.soft_limit)
        return await launch.start()

    def _forget(self) -> None:
        self._reconnects += sum(server.reconnects for server in self._servers.values())
        self._servers, self._nursery = {}, None


def _accepted(answer: Lines | TmuxRefused) -> Lines:
    if isinstance(answer, TmuxRefused):
        raise answer
    return answer
