"""Keeps keyframes up with the logs, as they grow: one modest process at a time, none while idle."""

import logging
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import trio
from attrs import define, field, frozen

from actors import Lagged, Topic
from rdvd.bytelog import Grew

from .frames import last_offset

LAG = 256 * 1024  # bytes of a log that may be without a keyframe
LONGEST_BUILD = 600.0  # seconds; then it is ended, and goes on from there the next time
BATCH = 32  # sessions for one process

log = logging.getLogger(__name__)


@frozen
class FramesBuilt:
    """The logs of these sessions have keyframes up to what was their end a moment ago."""

    sessions: tuple[str, ...]


@define
class Keyframes:
    """`keep` is a task of the tree. `directory_of` tells where a session is."""

    grew: Topic[Grew]
    directory_of: Callable[[str], Path]
    finished: Topic[FramesBuilt] = field(factory=lambda: Topic[FramesBuilt]("frames built"))
    built: dict[str, int] = field(factory=dict[str, int], init=False)  # how far, per session
    _due: dict[str, int] = field(factory=dict[str, int], init=False)
    _wake: trio.Event = field(factory=trio.Event, init=False)

    async def keep(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen)
            nursery.start_soon(self._build)
            task_status.started()
            await stopping.wait()
            nursery.cancel_scope.cancel()

    @property
    def has_work(self) -> bool:
        return bool(self._due)

    def forget(self, session: str) -> None:
        """It is gone."""
        self.built.pop(session, None)
        self._due.pop(session, None)

    async def _listen(self) -> None:
        while True:
            with suppress(Lagged), self.grew.subscribe() as news:
                async for each in news:
                    await self.note(each)
            # What was missed does no harm: whatever grows on will be told again.

    async def note(self, news: Grew) -> None:
        """It has grown: have keyframes built if that was much."""
        built = self.built.get(news.session)
        if built is None:
            built = self.built[news.session] = await self._look(news)
        if news.end - built >= LAG:
            self._due[news.session] = news.end
            self._wake.set()

    async def _look(self, news: Grew) -> int:
        """How far they go already. Before the first that is due there are none."""
        if news.end < LAG:
            return 0
        directory = self.directory_of(news.session) / "log"
        return await trio.to_thread.run_sync(last_offset, directory) or 0

    async def _build(self) -> None:
        while True:
            while not self._due:
                self._wake = trio.Event()
                await self._wake.wait()
            batch = list(self._due.items())[:BATCH]
            for session, end in batch:
                del self._due[session]
                self.built[session] = end
            await run_building([self.directory_of(session) for session, _ in batch])
            self.finished.publish(FramesBuilt(tuple(session for session, _ in batch)))


async def run_building(directories: list[Path]) -> None:
    """One process for all of them; reaped when it ends and when we do."""
    command = [sys.executable, "-m", "rdvd.screens.building", *map(str, directories)]
    with trio.move_on_after(LONGEST_BUILD) as limit:
        done = await trio.run_process(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            capture_stderr=True,
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace")[-2_000:]
            log.warning("keyframes.not_built", extra={"said": said})
    if limit.cancelled_caught:
        log.warning("keyframes.took_too_long", extra={"seconds": LONGEST_BUILD})
