"""Where facts are published for whoever listens."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Generic, TypeVar

import trio

from actors.errors import Lagged

E = TypeVar("E")


class Topic(Generic[E]):
    """Publishes to every listener without ever waiting. Memory is bounded by each one's buffer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._listeners: dict[trio.MemorySendChannel[E], None] = {}  # an ordered set

    def publish(self, event: E) -> None:
        """Tell everybody who listens now. Who has no room left is cut off."""
        for listener in list(self._listeners):
            try:
                listener.send_nowait(event)
            except trio.WouldBlock:
                del self._listeners[listener]
                listener.close()

    @contextmanager
    def subscribe(self, buffer: int = 256) -> Generator["Subscription[E]", None, None]:
        """Listen while inside the `with` block: every event published from here on, in order.

        A listener that falls more than `buffer` events behind gets those it has room for, then
        `Lagged`; it subscribes again and looks at the present state of things.
        """
        if buffer < 1:
            raise ValueError(f"a listener has room for at least one event, not {buffer}")
        send, receive = trio.open_memory_channel[E](buffer)
        self._listeners[send] = None
        try:
            with send, receive:
                yield Subscription(self.name, receive)
        finally:
            self._listeners.pop(send, None)


class Subscription(Generic[E]):
    """The events of one listener."""

    def __init__(self, topic: str, receive: trio.MemoryReceiveChannel[E]) -> None:
        self._topic = topic
        self._receive = receive

    def __aiter__(self) -> "Subscription[E]":
        return self

    async def __anext__(self) -> E:
        try:
            return await self._receive.receive()
        except trio.EndOfChannel:
            raise Lagged(f"a listener of {self._topic} fell behind and was cut off") from None

    def pending(self) -> list[E]:
        """What has been published and not yet been read, without waiting."""
        events: list[E] = []
        try:
            while True:
                events.append(self._receive.receive_nowait())
        except (trio.WouldBlock, trio.EndOfChannel):
            return events
