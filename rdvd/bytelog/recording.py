"""The daemon's side of the recorder: keeps it alive, tells it what to record, hears what grew."""

import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import evolve

from actors import Topic
from rdvd import VERSION
from rdvd.ground.footing import Neighbour
from rdvd.recorder import MARKER, PROTOCOL

from .connection import Connection, Disconnected
from .errors import RecorderProblem
from .following import Following
from .launch import ask_to_leave, launch
from .reader import ByteLog
from .types import Grew, RecorderFacts, RecordingSettings, Unpiped

PATIENCE = 8.0  # of one question, restarts of the recorder included
PATIENCE_TO_BEGIN = 3.5  # of a recorder that is there: somebody waits for a session
LONGEST_CHECK = 2.0
SWEEP_SECONDS = 3_600.0
SHORTEST_BACK_OFF, LONGEST_BACK_OFF = 0.02, 5.0
HOPELESS = 5  # failures in a row

log = logging.getLogger(__name__)


class Recording:
    """`keep` is a task of the tree. Every question waits for a recorder, but never for long.

    All questions may be repeated: when the recorder dies in between, they are, by themselves.
    """

    def __init__(self, settings: RecordingSettings) -> None:
        self.grew = Topic[Grew]("recording grew")
        self.unpiped = Topic[Unpiped]("recording unpiped")
        self._following = Following(self.grew, self._note)
        self._settings = settings
        self._needed = trio.Event()
        self._connection: Connection | None = None
        self._connected = trio.Event()
        self._pid: int | None = None
        self._starts = 0
        self._trouble = ""
        self._printed: dict[str, int] = {}  # when each session printed last

    def printed_at(self, session: str) -> int | None:
        """When it last printed something, in milliseconds; None if nothing is known of that.

        From memory: of those that were recorded in this life of ours, up to a second late.
        """
        return self._printed.get(session)

    async def add(self, session: str) -> int:
        """Record it from here on; the offset at which that begins. The FIFO must be there."""
        offset = int((await self._ask("add", session, within=PATIENCE_TO_BEGIN))[0])
        if offset and session not in self._printed:
            log = ByteLog(self._settings.sessions / session)
            at = await trio.to_thread.run_sync(lambda: log.last_time)
            if at is not None:
                self._printed.setdefault(session, at)
        return offset

    async def drain(self, session: str) -> int:
        """Wait until all that tmux wrote to the pipe before now is on file; the offset behind it.

        What the program printed is with tmux when its screen shows it, and in the pipe once tmux
        says `pane_dead` or, for one that lives, after two commands to tmux.
        """
        return int((await self._ask("drain", session))[0])

    async def remove(self, session: str, *, within: float = PATIENCE) -> int:
        """Wait for the end of `cat`, take its last, seal: `pipe-pane` is being switched off. The
        recorder does it also for whoever does not wait."""
        try:
            return int((await self._ask("remove", session, within=within))[0])
        except RecorderProblem as problem:
            if problem.code != "RECORDER_NOT_RECORDED":
                raise
        directory = self._settings.sessions / session
        (directory / MARKER).unlink(missing_ok=True)
        return await trio.to_thread.run_sync(lambda: ByteLog(directory).end)

    def growth_of(
        self, session: str, buffer: int = 256
    ) -> AbstractContextManager[AsyncIterator[Grew]]:
        """Each growth of it, as it comes, and that of others; `grew` alone tells once a second."""
        return self._following.follow(session, buffer)

    async def mark_gap(self, session: str) -> int:
        """Note that bytes are missing from here on, nobody knows how many."""
        return int((await self._ask("mark", session))[0])

    async def facts(self) -> RecorderFacts:
        """Of this moment; without a recorder, what is known without it."""
        known = RecorderFacts(
            None,
            starts=self._starts,
            trouble=self._trouble,
            free_bytes=await trio.to_thread.run_sync(_free_bytes, self._settings.sessions),
        )
        if not self._needed.is_set():
            return known
        with trio.move_on_after(LONGEST_CHECK):
            try:
                *figures, trouble = await self._ask("facts")
            except RecorderProblem as problem:
                return evolve(known, trouble=problem.detail)
            return _facts(known, self._pid, figures, trouble)
        return evolve(known, trouble=f"no answer within {LONGEST_CHECK:g} s")

    def neighbours(self) -> list[Neighbour]:
        """Where we find the recorder that there is. One whose socket was taken away makes room for
        another in good order: what is printed meanwhile waits in the pipes."""
        leave = partial(ask_to_leave, self._settings.lock)
        return [Neighbour(self._settings.socket, leave)] if self._connection else []

    async def keep(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        """Run a recorder as long as we run, and leave it behind when we go."""
        async with trio.open_nursery() as nursery:
            if await trio.to_thread.run_sync(_left_behind, self._settings):
                self._needed.set()
            nursery.start_soon(self._live)
            if self._needed.is_set():
                await self._connected.wait()
            task_status.started()
            await stopping.wait()
            nursery.cancel_scope.cancel()

    async def _live(self) -> None:
        """The first session brings the first recorder; until then there is none."""
        delay, failures = SHORTEST_BACK_OFF, 0
        await self._needed.wait()
        while True:
            try:
                await self._serve_one()
                delay, failures = SHORTEST_BACK_OFF, 0
            except (RecorderProblem, OSError) as error:
                self._trouble = str(error)
                log.warning("recorder failed", extra={"why": str(error)})
                failures += 1
                if failures >= HOPELESS:
                    self._connected.set()  # nobody waits any more: the daemon lives on without
                delay = min(LONGEST_BACK_OFF, delay * 2)
            await trio.sleep(delay)  # so that one that falls at once does not take a whole core

    async def _serve_one(self) -> None:
        """From finding a recorder, or starting one, to its end."""
        stream = await self._reach()
        async with stream, trio.open_nursery() as nursery:
            connection = Connection(stream, self._news)
            nursery.start_soon(self._greet, connection)
            await connection.listen()
            nursery.cancel_scope.cancel()
        if self._connection is connection:
            self._connection, self._pid, self._connected = None, None, trio.Event()
            log.warning("recorder gone")

    async def _reach(self) -> trio.SocketStream:
        settings = self._settings
        try:
            return await trio.open_unix_socket(settings.socket)
        except OSError:
            pass  # nobody listens there: the usual case after a reboot
        self._starts += 1
        if not await launch(settings):
            ask_to_leave(settings.lock)
        return await trio.open_unix_socket(settings.socket)

    async def _greet(self, connection: Connection) -> None:
        """A recorder of another version hands over to one of ours: its end brings us back here."""
        settings = self._settings
        try:
            pid = await _hello(connection)
            if pid is None:
                ask_to_leave(settings.lock)  # a signal: the one word that all of them understand
                return
            limits = settings.segment_bytes, settings.session_bytes, settings.total_bytes
            age = settings.age_days * 86_400
            await connection.ask("limits", *limits, age, settings.flush_seconds)
            self._connection, self._pid, self._trouble = connection, pid, ""
            self._connected.set()
            log.info("recorder found", extra={"recorder": self._pid})
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._following.keep, connection)
                nursery.start_soon(_sweep, connection)
        except* Disconnected:
            pass

    def _news(self, what: str, session: str, end: int, at: int) -> None:
        if what == "grew":
            self._note(Grew(session, end, at))
        elif what == "unpiped":
            self.unpiped.publish(Unpiped(session, end, at))

    def _note(self, growth: Grew) -> None:
        if growth.at:  # or else nothing that it has printed has its time yet
            self._printed[growth.session] = growth.at
        self.grew.publish(growth)

    async def _ask(self, verb: str, *words: str, within: float = PATIENCE) -> list[str]:
        """`within` so many seconds a recorder that is there has to answer."""
        self._needed.set()
        with trio.move_on_after(PATIENCE):
            while True:
                await self._connected.wait()
                connection = self._connection
                if connection is None and self._connected.is_set():
                    break  # nobody expects a recorder any more
                try:
                    if connection is not None:  # or else it has come and gone before our turn
                        with trio.fail_after(within):
                            return await connection.ask(verb, *words)
                except Disconnected:
                    await trio.lowlevel.checkpoint()
                except trio.TooSlowError:
                    break
        raise RecorderProblem(self._trouble or f"the recorder does not answer to {verb}")


async def _hello(connection: Connection) -> int | None:
    """The pid of a recorder that is of our own version; None if it is of another."""
    try:
        answer = await connection.ask("hello")
    except RecorderProblem:
        return None
    match answer:
        case [protocol, version, pid] if (protocol, version) == (str(PROTOCOL), VERSION):
            return int(pid)
        case _:
            return None


async def _sweep(connection: Connection) -> None:
    """Age is what limits nobody else looks after."""
    while True:
        try:
            await connection.ask("sweep")
        except RecorderProblem as problem:  # such as a disk that has become read-only
            log.warning("recorder cannot clear away", extra={"why": problem.detail})
        await trio.sleep(SWEEP_SECONDS)


def _left_behind(settings: RecordingSettings) -> bool:
    """Whether there is anything to record, or a recorder, from before our time."""
    markers = (each / MARKER for each in settings.sessions.glob("*"))
    return settings.socket.exists() or any(marker.exists() for marker in markers)


def _free_bytes(place: Path) -> int:
    try:
        found = os.statvfs(place)
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize


def _facts(
    known: RecorderFacts, pid: int | None, figures: Sequence[str], trouble: str
) -> RecorderFacts:
    sessions, waiting, gaps, lost, kept, removed, failures = map(int, figures)
    return evolve(
        known,
        pid=pid,
        sessions=sessions,
        waiting_bytes=waiting,
        gaps=gaps,
        lost_bytes=lost,
        kept_bytes=kept,
        removed_segments=removed,
        flush_failures=failures,
        trouble=trouble,
    )
