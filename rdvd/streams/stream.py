"""What a handler has in its hands, and what it is opened by."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, TypeAlias

import trio
from attrs import define, field, frozen

from rdvd.ground.peer import Peer
from rdvd.identity import Principal
from rdvd.limits import Category

from .frames import write_message
from .socket import Socket
from .types import Farewell

Parameters: TypeAlias = Mapping[str, str]


@define(eq=False)
class Stream:
    """An accepted WebSocket. Any task may receive, send or end it."""

    principal: Principal
    path: Parameters  # what the names in the pattern stand for
    query: Parameters  # without the credential
    protocol: str | None  # the one that was agreed to
    peer: Peer
    end: Callable[[Farewell], None]  # at once, from any task; the first one counts
    _socket: Socket = field(repr=False)

    def receive(self) -> Awaitable[str | bytes]:
        """The next message. `Gone` after the last: nothing that came before it is lost."""
        return self._socket.receive()

    def hold_at_most(self, size: int) -> None:
        """About so many bytes wait for a client that is slow; then whoever sends waits. For what is
        worth little once it is late."""
        self._socket.hold_at_most(size)

    async def send(self, message: str | bytes) -> None:
        """Returns when the kernel has taken it, so a slow client slows its senders down.

        Messages of several tasks are sent whole, in the order in which they were handed over.
        A message that has begun is not cut short by a cancellation, which would leave half a
        frame behind: it has the rest of `longest_send` (after `end`: of the farewell's seconds),
        and if that is not enough the client is cut off.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        await self._socket.outlet.send(write_message(message))
        await trio.lowlevel.cancel_shielded_checkpoint()

    def send_at_once(self, message: str | bytes) -> Awaitable[None] | None:
        """For who waits for something else right after it, when the others have their turn.

        None: the kernel has taken it; else the rest of the sending, to be awaited now.
        """
        return self._socket.outlet.send_at_once(write_message(message))


Handler: TypeAlias = Callable[[Stream], Awaitable[Farewell | None]]
Ensure: TypeAlias = Callable[[Principal, Parameters], Awaitable[None]]


@frozen
class StreamRoute:
    """One kind of stream; see the top of `rdvd/streams/__init__.py`."""

    pattern: str
    handler: Handler
    ensure: Ensure
    protocols: tuple[str, ...] = ()  # in the order in which we would rather speak them
    admits: Literal["before upgrade", "also by first message"] = "before upgrade"
    category: Category = "read"  # of the rate limits: opening one counts once
    largest_message: int = 16 * 1024  # of a client, in bytes
    longest_send: float = 60.0  # one message, to a client that does not read
