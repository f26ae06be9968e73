"""What others find us by, the PID file and the sockets, put back when somebody takes it away.

Without them the daemon would live on unseen. What is missing is made again, what lies there and is
not ours is left alone: then we say so until it is gone. So it is with the sockets of the programs
that outlive us; only they can make those again, so they are asked to.
"""

import logging
import math
import os
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import trio
from attrs import frozen

from rdvd.ground.errors import Problem
from rdvd.ground.inotify import Changes, changes
from rdvd.ground.live import Live
from rdvd.ground.ownership import Claim
from rdvd.ground.private import BadPlace, check, make_directory
from rdvd.ground.sockets import Listening, bind

# Where nothing tells us of a change: no more inotify to be had, a disk that was full.
LOOK_AGAIN = 5.0

log = logging.getLogger("rdvd.footing")


class Post(Protocol):
    """One file that we are found by."""

    @property
    def path(self) -> Path: ...

    def is_in_place(self) -> bool: ...

    def put_back(self) -> None:
        """Or a Problem says what is in the way, and what to do."""
        ...


class PidFile:
    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self.path = claim.pid_file
        self.is_in_place = claim.is_in_place
        self.put_back = claim.take_place


class Seat:
    """A socket that may become another one: those inside stay, and newcomers find it again."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self.path = listening.path
        self.sockets = Live[Sequence[socket.socket]]([listening.socket])

    def is_in_place(self) -> bool:
        return self._listening.is_in_place()

    def put_back(self) -> None:
        if self._listening.bound is None:
            why = "is no longer the socket that systemd made, and systemd alone can make it again"
            raise BadPlace(self.path, why, "stop rdvd.service and restart its socket units")
        fresh, old = bind(self.path), self._listening
        self._listening = fresh
        self.sockets.replace([fresh.socket])
        old.socket.close()

    def close(self) -> None:
        self._listening.close()


@frozen
class Neighbour:
    """The socket of another program, which makes it anew when it is asked to, a little later."""

    path: Path
    _ask: Callable[[], object]

    def is_in_place(self) -> bool:
        return self.path.is_socket()

    def put_back(self) -> None:
        check(self.path, "a socket")
        self._ask()


class Footing:
    """`keep` is a task of the tree; what it has met outlives its restarts."""

    def __init__(self, *posts: Post) -> None:
        self._own = posts
        self._neighbours: list[Callable[[], Iterable[Post]]] = []
        self._places: set[Path] = set()
        self._missing: set[Path] = set()
        self._refusals: dict[Path, str] = {}

    def look_after(self, place: Path, *neighbours: Callable[[], Iterable[Post]]) -> None:
        """From now on also those that are in this directory, whichever that is at the time."""
        self._places.add(place)
        self._neighbours += neighbours

    def _posts(self) -> list[Post]:
        return [*self._own, *(post for each in self._neighbours for post in each())]

    def troubles(self) -> list[str]:
        """What is not as it should be at this moment."""
        missing = [post.path for post in self._posts() if not post.is_in_place()]
        return [
            self._refusals.get(path) or f"{path} was taken from us, and is about to be put back"
            for path in missing
        ]

    async def keep(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        with changes() as seen:
            task_status.started()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._keep, seen)
                await stopping.wait()
                nursery.cancel_scope.cancel()

    async def _keep(self, seen: Changes | None) -> None:
        while True:
            posts = self._posts()
            for post in posts:
                _make_its_directory(post.path)
            if seen is not None:
                seen.follow({*self._places, *(post.path.parent for post in posts)})
            self._put_back(posts)  # after that: what is changed from now on is told
            is_well = seen is not None and not self._refusals and not self._missing
            with trio.move_on_after(math.inf if is_well else LOOK_AGAIN):
                await _wait_for_a_change(seen)

    def _put_back(self, posts: Sequence[Post]) -> None:
        self._forget_all_but({post.path for post in posts})
        for post in posts:
            try:
                if not post.is_in_place():
                    self._missing.add(post.path)
                    post.put_back()
            except (Problem, OSError) as error:
                self._refuse(post.path, str(error))
                continue
            self._refusals.pop(post.path, None)
            if post.path in self._missing and post.is_in_place():
                self._missing.remove(post.path)
                log.warning("put_back", extra={"path": str(post.path)})

    def _forget_all_but(self, known: set[Path]) -> None:
        """A neighbour may be gone for good."""
        self._missing &= known
        self._refusals = {path: why for path, why in self._refusals.items() if path in known}

    def _refuse(self, path: Path, why: str) -> None:
        if self._refusals.get(path) != why:
            log.error("cannot_be_put_back", extra={"path": str(path), "reason": why})
        self._refusals[path] = why


async def _wait_for_a_change(seen: Changes | None) -> None:
    if seen is None:
        await trio.sleep_forever()
    else:
        await seen.wait()


def _make_its_directory(path: Path) -> None:
    """It alone: where more is gone, somebody is about to move or remove the whole. Without it the
    file cannot be put back, and then that is said."""
    if path.parent.parent.is_dir() and not os.path.lexists(path.parent):
        with suppress(Problem):
            make_directory(path.parent)
