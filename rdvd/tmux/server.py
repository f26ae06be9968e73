"""One tmux server: there or not, connected or not, and brought back when it can be."""

import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

import trio

from actors import Topic
from rdvd.ground.places import check_socket_path
from rdvd.ground.private import BadPlace, check

from .client import Client, control_client, is_listening
from .connection import Connection
from .introduction import count, introduce
from .recall import recall
from .state import Absent, Connecting, Ready, Silent, State, condition_of
from .types import (
    Changed,
    ServerBack,
    ServerFacts,
    ServerGone,
    TmuxChange,
    TmuxRefused,
    TmuxUnavailable,
    Way,
)

PATIENCE_TO_ATTACH = 30.0  # a server that stands still answers at once when it goes on
LONGEST_PAUSE = 5.0
A_GOOD_WHILE = 10.0  # a connection that lasted so long was no failure

log = logging.getLogger("rdvd.tmux")


class Server:
    """`live` is a task of the gateway's; all else is for anybody, at any time."""

    def __init__(
        self,
        number: int,
        path: Path,
        *,
        launch: Callable[[int], Awaitable[Way]],
        program: Callable[[], str],
        environ: Mapping[str, str],
        history_limit: int,
        patience: float,
        changes: Topic[TmuxChange],
    ) -> None:
        check_socket_path(path)
        self.number, self.path = number, path
        self.state: State = Connecting()
        self.sessions: int | None = None
        self.reconnects = 0
        self._launch, self._program, self._environ = launch, program, environ
        self._history_limit, self._patience = history_limit, patience
        self._changes = changes
        self._way: Way | None = None
        self._changed, self._wish, self._recount = trio.Event(), trio.Event(), trio.Event()
        self._called = trio.Event()
        self._failures, self._reason = 0, "it does not run"

    async def connection(self) -> Connection:
        """The one there is; what is on its way is waited for, what is not there refused at once."""
        while True:
            match self.state:
                case Ready(connection):
                    return connection
                case Absent(reason) | Silent(reason):
                    raise TmuxUnavailable(f"tmux server {self.number}: {reason}")
                case Connecting():
                    await self._changed.wait()

    @property
    def is_absent(self) -> bool:
        return isinstance(self.state, Absent)

    @property
    def is_silent(self) -> bool:
        return isinstance(self.state, Silent)

    async def count(self) -> int:
        """How many sessions it has, asked now."""
        if isinstance(self.state, Ready):
            with suppress(TmuxUnavailable):
                self.sessions = await count(self.state.connection)
        return self.sessions or 0

    async def settled(self) -> None:
        """Until it is known how it is."""
        while isinstance(self.state, Connecting):
            await self._changed.wait()

    async def started(self) -> Connection:
        """The same, but what is not there is started."""
        await self.settled()
        before = self.state
        if isinstance(before, Absent):
            self._wish.set()
            while self.state is before:
                await self._changed.wait()
        return await self.connection()

    def facts(self) -> ServerFacts:
        hello = self.state.hello if isinstance(self.state, Ready) else None
        error = self.state.reason if isinstance(self.state, Absent | Silent) else None
        return ServerFacts(
            number=self.number,
            socket=self.path,
            condition=condition_of(self.state),
            error=error,
            version=hello and hello.version,
            pid=hello and hello.pid,
            sessions=self.sessions,
            way=self._way,
            queued=self.state.connection.queued if isinstance(self.state, Ready) else 0,
        )

    async def live(self) -> None:
        """Until cancelled."""
        try:
            while True:
                if self._is_there() or await recall(self.path):
                    await self._be_connected()
                else:
                    await self._be_absent()
        finally:
            self._be(Absent("the daemon let go of it"))

    def call_back(self) -> None:
        """Its socket was taken away: have it make it anew. Whoever asks again asks in vain."""
        self._called.set()

    def nudge(self) -> None:
        """Have it look once more which of its children have ended. Nobody else minds the signal."""
        if isinstance(self.state, Ready):
            with suppress(ProcessLookupError, PermissionError):  # it has ended this moment
                os.kill(self.state.hello.pid, signal.SIGCHLD)

    def _is_there(self) -> bool:
        """A server of ours, that is: what else lies in the way is the reason why there is none."""
        try:
            check(self.path, "a socket")
        except BadPlace as problem:
            self._reason = problem.detail
            return False
        return is_listening(self.path)

    async def _be_absent(self) -> None:
        if self.sessions is not None:
            self.sessions = None
            log.error("tmux_server_gone", extra={"number": self.number, "reason": self._reason})
            self._changes.publish(ServerGone(self.number, self._reason))
        self._failures, self._wish = 0, trio.Event()
        self._be(Absent(self._reason))
        await self._wish.wait()
        self._be(Connecting())
        try:
            self._way = await self._launch(self.number)
        except TmuxUnavailable as problem:
            self._reason = problem.detail

    async def _be_connected(self) -> None:
        if self._failures > 1:  # the first time at once
            await trio.sleep(min(LONGEST_PAUSE, 0.05 * 2**self._failures))
        try:
            async with control_client(self._program(), self.path, self._environ) as client:
                await self._talk(client)
        except OSError as error:
            self._note_failure(f"tmux cannot be run: {error.strerror}", is_silent=True)

    async def _talk(self, client: Client) -> None:
        began = trio.current_time()
        connection = Connection(
            client.sending,
            client.receiving,
            patience=max(PATIENCE_TO_ATTACH, self._patience),
            on_notice=self._notice,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._greet, connection, client.pid)
            nursery.start_soon(self._answer_calls)
            reason = await connection.serve()
            nursery.cancel_scope.cancel()
        if trio.current_time() - began > A_GOOD_WHILE:
            self._failures = 0
        self._note_failure(reason, is_silent=connection.is_silent)

    def _note_failure(self, reason: str, *, is_silent: bool) -> None:
        self._reason = reason
        self._failures += 1
        self.reconnects += 1
        log.warning("tmux_disconnected", extra={"number": self.number, "reason": reason})
        self._be(Silent(reason) if is_silent or self._failures > 1 else Connecting())

    async def _greet(self, connection: Connection, own_pid: int) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._grow_impatient)
            try:
                hello = await introduce(connection, own_pid, self.path, self._history_limit)
                self.sessions = await count(connection)
            except TmuxUnavailable:
                return  # the connection says why
            except TmuxRefused as problem:
                connection.end(problem.detail)
                return
            finally:
                nursery.cancel_scope.cancel()
        connection.expect_answers_within(self._patience)
        self._be(Ready(connection, hello))
        log.info("tmux_connected", extra={"number": self.number, "version": hello.version})
        self._changes.publish(ServerBack(self.number))
        await self._keep_count(connection)

    async def _answer_calls(self) -> None:
        while True:
            await self._called.wait()
            self._called = trio.Event()
            await recall(self.path)

    async def _grow_impatient(self) -> None:
        await trio.sleep(self._patience)
        self._be(Silent(f"it did not answer within {self._patience:g} s"))

    def _notice(self) -> None:
        self._recount.set()
        self._changes.publish(Changed(self.number))

    async def _keep_count(self, connection: Connection) -> None:
        while connection.ended is None:
            await self._recount.wait()
            self._recount = trio.Event()
            try:
                self.sessions = await count(connection)
            except TmuxUnavailable:
                return

    def _be(self, state: State) -> None:
        self.state = state
        self._changed.set()
        self._changed = trio.Event()
