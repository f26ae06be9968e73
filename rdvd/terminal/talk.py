"""What every view has in common: a window of what is under way, an ear, an end."""

import math
from collections.abc import Awaitable, Callable

import trio

from rdvd.ground.errors import BadInput
from rdvd.streams import Farewell, Stream

from .types import NONSENSE, STUCK, Ack, Error, FromViewer, Ping, Pong, ToViewer
from .wire import BINARY_PROTOCOL, wire_for, write

WINDOW = 1024 * 1024  # bytes that may be under way, unacknowledged, to a viewer of rdv.v1
LONGEST_STUCK = 60.0
MOST_ERRORS = 3

Obey = Callable[[FromViewer | bytes], Awaitable[None]]


class Talk:
    def __init__(self, stream: Stream, seq: int) -> None:
        self._stream = stream
        self._wire = wire_for(stream.protocol)
        self._window = WINDOW if stream.protocol == BINARY_PROTOCOL else math.inf
        self._sent = self._acknowledged = seq
        self._moved = trio.Event()
        self._errors = 0
        self._was_told = False  # that it may not type
        self._over: Farewell | None = None
        self._scope = trio.CancelScope()

    async def run(self, obey: Obey, *tasks: Callable[[], Awaitable[None]]) -> Farewell | None:
        """Until one of the tasks, or what the viewer does, ends it."""
        with self._scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._hear, obey)
                for task in tasks:
                    nursery.start_soon(task)
        return self._over

    async def say(self, message: ToViewer) -> None:
        await self._stream.send(write(message))

    async def show(self, data: bytes) -> None:
        """Returns when the viewer may have more: so whoever shows reads no faster than it does.

        Others have their turn when the next data is waited for.
        """
        if self._sent - self._acknowledged >= self._window:
            await self._wait_for_the_window()
        frame = self._wire.output(data, self._sent)
        self._sent += len(data)
        if frame is not None and (rest := self._stream.send_at_once(frame)) is not None:
            await rest

    def skip_to(self, seq: int) -> None:
        """What lies between is not there to be shown."""
        self._sent = self._acknowledged = seq

    async def refuse_keys(self) -> None:
        """Once: whoever leans on a key need not be answered each time."""
        if not self._was_told:
            self._was_told = True
            await self.say(Error("this view may only look", "READ_ONLY"))

    async def finish(self, farewell: Farewell, message: ToViewer | None = None) -> None:
        """After all that was said and shown before."""
        if message is not None:
            await self.say(message)
        self._over = self._over or farewell
        self._scope.cancel()

    def end(self, farewell: Farewell) -> None:
        """At once."""
        self._over = self._over or farewell
        self._scope.cancel()

    async def _hear(self, obey: Obey) -> None:
        while True:
            message = await self._stream.receive()
            try:
                said = self._wire.read(message)
                await (obey(said) if isinstance(said, bytes) else self._heed(said, obey))
            except BadInput as problem:
                await self._complain(problem)

    async def _heed(self, said: FromViewer | bytes, obey: Obey) -> None:
        match said:
            case Ack(seq=seq):
                self._acknowledge(seq)
            case Ping():
                await self.say(Pong())
            case _:
                await obey(said)

    def _acknowledge(self, seq: int) -> None:
        if seq > self._sent:
            raise BadInput(f"seq {seq} was not sent yet, only {self._sent}")
        if seq > self._acknowledged:
            self._acknowledged = seq
            self._moved.set()
            self._moved = trio.Event()

    async def _complain(self, problem: BadInput) -> None:
        await self.say(Error(problem.detail, problem.code))
        self._errors += 1
        if self._errors == MOST_ERRORS:
            await self.finish(NONSENSE)

    async def _wait_for_the_window(self) -> None:
        while self._sent - self._acknowledged >= self._window:
            with trio.move_on_after(LONGEST_STUCK) as scope:
                await self._moved.wait()
            if scope.cancelled_caught:
                self.end(STUCK)
                await trio.sleep_forever()  # until that end arrives here
