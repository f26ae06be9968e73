"""The accept loop of every socket of ours: who gets in, how many, and how they all leave.

It never closes, unlinks or even owns these sockets, so that whoever serves on them can be
restarted, and so that a socket of systemd keeps its queue meanwhile.
"""

import errno
import logging
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import outcome
import trio
from attrs import field, frozen

from rdvd.ground.live import Live
from rdvd.ground.peer import Peer, close_peer, is_our_own_user, peer_of

OUT_OF_DESCRIPTORS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
UNTIL_SOME_ARE_FREE = 0.1
BACKLOG = 128
STRANGERS_SHARE = 4  # of all who may be inside, so many parts are free for who is known
FEWEST_STRANGERS = 4
TO_INTRODUCE_ONESELF = 0.5  # seconds that nobody takes from a stranger, however many wait

PeerCheck = Callable[[Peer], bool]


class Guest(Protocol):
    """One connection: whoever is let in, from the first byte to the last."""

    def when_known(self, tell: Callable[[], object]) -> None:
        """Asked before it runs: it is a stranger until it tells."""
        ...

    async def run(self) -> None:
        """To the end, and then close the socket, whatever happens."""
        ...

    def cut(self) -> None:
        """Close at once, without a checkpoint: whoever waits for the socket wakes up."""
        ...


G = TypeVar("G", bound=Guest)


@frozen
class Rules:
    """Who may come in, how many at once, and how long they have to leave in the end.

    Beyond that number the kernel's queue waits. `shortage` says why they are fewer than is wished.
    Strangers get a part of the places, so that those who say nothing keep nobody else out.
    """

    most: int = 512
    grace: float = 30.0
    peer_check: PeerCheck = field(default=is_our_own_user)
    shortage: str | None = None

    @property
    def most_strangers(self) -> int:
        return max(FEWEST_STRANGERS, self.most // STRANGERS_SHARE)


async def keep_doors(
    sockets: Live[Sequence[socket.socket]],
    welcome: Callable[[trio.SocketStream, Peer], G],
    say_goodbye: Callable[[Collection[G]], Awaitable[object]],
    *,
    rules: Live[Rules],
    log: logging.Logger,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
) -> None:
    """Until `stopping`; then everybody is told, has the grace to leave, and is cut off."""
    doors = Doors(welcome, rules, log)
    async with trio.open_nursery() as nursery:
        try:
            async with trio.open_nursery() as accepting:
                accepting.start_soon(doors.follow_rules)
                accepting.start_soon(doors.accept_from, sockets, _listen(sockets.now), nursery)
                task_status.started()
                await stopping.wait()
                accepting.cancel_scope.cancel()
            with trio.move_on_after(rules.now.grace):
                await say_goodbye(doors.inside)
                await doors.wait_until_empty()
        finally:
            doors.cut_all()  # no checkpoint: a cancellation must get past shielded writers too
            nursery.cancel_scope.cancel()


class Doors(Generic[G]):
    """The guests of one run."""

    def __init__(
        self,
        welcome: Callable[[trio.SocketStream, Peer], G],
        rules: Live[Rules],
        log: logging.Logger,
    ) -> None:
        self._welcome = welcome
        self._rules = rules
        self._log = log
        self._inside: set[G] = set()
        self._strangers: dict[G, float] = {}  # until when nobody cuts them; the oldest first
        self._may_have_room = trio.Event()

    @property
    def inside(self) -> Collection[G]:
        return frozenset(self._inside)

    async def accept_from(
        self,
        sockets: Live[Sequence[socket.socket]],
        listeners: Sequence[trio.SocketListener],
        nursery: trio.Nursery,
    ) -> None:
        """Whoever is inside stays, also when the sockets are others from now on."""
        while True:
            async with trio.open_nursery() as accepting:
                for listener in listeners:
                    accepting.start_soon(self._accept_all, listener, nursery)
                await sockets.wait_replaced()
                accepting.cancel_scope.cancel()
            listeners = _listen(sockets.now)

    async def follow_rules(self) -> None:
        """Who waits outside comes in as soon as there may be more inside."""
        while True:
            await self._rules.wait_replaced()
            self._look_for_room()

    async def wait_until_empty(self) -> None:
        await self._wait_for(lambda: not self._inside)

    def cut_all(self) -> None:
        for guest in self._inside:
            guest.cut()

    async def _accept_all(self, listener: trio.SocketListener, nursery: trio.Nursery) -> None:
        with listener.socket:
            while True:
                await self._wait_for(lambda: len(self._inside) < self._rules.now.most)
                await self._make_room_among_strangers()
                stream = await self._accept(listener)
                if stream is not None:
                    self._take(stream, nursery)

    async def _accept(self, listener: trio.SocketListener) -> trio.SocketStream | None:
        try:
            return await listener.accept()
        except OSError as error:
            if error.errno not in OUT_OF_DESCRIPTORS:
                raise
            self._log.error("accept_failed", exc_info=error)
            await trio.sleep(UNTIL_SOME_ARE_FREE)  # the kernel has no event for this
            return None

    def _take(self, stream: trio.SocketStream, nursery: trio.Nursery) -> None:
        try:
            peer = peer_of(stream.socket)
        except OSError:
            stream.socket.close()
            return
        if not self._rules.now.peer_check(peer):
            self._log.warning("peer_refused", extra={"peer_pid": peer.pid, "peer_uid": peer.uid})
            stream.socket.close()
            close_peer(peer)
            return
        guest = self._welcome(stream, peer)
        self._inside.add(guest)  # before it runs: the limit counts it from now on
        self._strangers[guest] = trio.current_time() + TO_INTRODUCE_ONESELF
        guest.when_known(partial(self._forget_stranger, guest))
        nursery.start_soon(self._run, guest, peer)

    async def _run(self, guest: G, peer: Peer) -> None:
        """A fault in one connection is logged and ends no other."""
        try:
            ended = await outcome.acapture(guest.run)
        finally:
            close_peer(peer)
            self._inside.discard(guest)
            self._forget_stranger(guest)
        match ended:
            case outcome.Error(error=Exception() as fault):
                self._log.error("connection_failed", exc_info=fault)
            case _:
                ended.unwrap()

    async def _make_room_among_strangers(self) -> None:
        """Who has been one for longest leaves first."""
        while len(self._strangers) >= self._rules.now.most_strangers:
            oldest, safe_until = next(iter(self._strangers.items()))
            if trio.current_time() >= safe_until:
                oldest.cut()
                self._forget_stranger(oldest)
            else:
                with trio.CancelScope(deadline=safe_until):
                    await self._may_have_room.wait()

    def _forget_stranger(self, guest: G) -> None:
        self._strangers.pop(guest, None)
        self._look_for_room()

    async def _wait_for(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._may_have_room.wait()

    def _look_for_room(self) -> None:
        self._may_have_room.set()
        self._may_have_room = trio.Event()


def _listen(sockets: Sequence[socket.socket]) -> list[trio.SocketListener]:
    return [_listen_on(bound) for bound in sockets]


def _listen_on(bound: socket.socket) -> trio.SocketListener:
    ours = bound.dup()
    ours.setblocking(False)
    ours.listen(BACKLOG)
    return trio.SocketListener(trio.socket.from_stdlib_socket(ours))
