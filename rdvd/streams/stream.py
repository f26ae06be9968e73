"""What a handler has in its hands, and what it is opened by."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, TypeAlias

import trio
from attrs import define, field, frozen
from trio_websocket import ConnectionClosed
from wsproto.utilities import LocalProtocolError

from rdvd.ground.peer import Peer
from rdvd.identity import Principal
from rdvd.limits import Category

from .socket import Socket
from .types import Farewell, Gone

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
    _cut: Callable[[], None]
    _longest_send: float
    _sending: set[trio.CancelScope] = field(factory=set[trio.CancelScope], init=False)

    async def receive(self) -> str | bytes:
        """The next message. `Gone` after the last: nothing that came before it is lost."""
        try:
            return await self._socket.get_message()
        except ConnectionClosed:
            raise Gone from None

    async def send(self, message: str | bytes) -> None:
        """Returns when the kernel has taken it, so a slow client slows its senders down.

        Messages of several tasks are sent whole, in the order in which they were handed over.
        A message that has begun is not cut short by a cancellation, which would leave half a
        frame behind: it has the rest of `longest_send` (after `end`: of the farewell's seconds),
        and if that is not enough the client is cut off.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        rest = self._send_now(message)
        if rest == b"":
            await trio.lowlevel.cancel_shielded_checkpoint()
        else:
            await self._send_in_time(message, rest)

    def _send_now(self, message: str | bytes) -> bytes | None:
        """Mostly there is room; then a message leaves before any other task has its turn."""
        try:
            return self._socket.send_now(message)
        except LocalProtocolError:  # it is saying goodbye
            raise Gone from None

    async def _send_in_time(self, message: str | bytes, rest: bytes | None) -> None:
        is_whole = False
        scope = trio.CancelScope(shield=True, deadline=trio.current_time() + self._longest_send)
        self._sending.add(scope)
        try:
            with scope:
                if rest is None:
                    await self._socket.send_message(message)
                else:
                    await self._socket.send_rest(rest)
                is_whole = True
        except (ConnectionClosed, LocalProtocolError):
            raise Gone from None
        finally:
            self._sending.discard(scope)
            if not is_whole:
                self._cut()
        if not is_whole:
            raise Gone

    def hurry(self, deadline: float) -> None:
        """Give what is being sent until then and no longer."""
        for scope in self._sending:
            scope.deadline = min(scope.deadline, deadline)


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
    largest_message: int = 16 * 1024  # of a client, in bytes; of text, in characters
    longest_send: float = 60.0  # one message, to a client that does not read
