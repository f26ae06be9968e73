"""One control-mode connection: many callers, one writer, every answer to whom it belongs.

Commands that are written together are a flight. A flight ends with a question whose answer only
we and tmux know, and no answer of the flight is believed before it. Text on a screen that guesses
the end of its own block cuts its answer short, and may invent the next one. But the true end then
still comes, and comes before the word, which no screen can know.
"""

import secrets
from collections import deque
from collections.abc import Callable, Sequence

import trio

from .flight import Flight, Order
from .protocol import Astray, Block, Notification, Parser, Remark
from .quoting import command_line
from .types import TmuxUnavailable

READ_BYTES = 65_536
FLIGHT_BYTES = 131_072
MOST_WAITING = 20_000  # commands
SECOND_LOOK = 0.25


class Connection:
    """Safe to call from any task while `serve` runs. Once it has ended it stays ended."""

    def __init__(
        self,
        sending: trio.abc.SendStream,
        receiving: trio.abc.ReceiveStream,
        *,
        patience: float,
        on_notice: Callable[[], None],
    ) -> None:
        self._patience, self._nap = patience, trio.CancelScope()
        self.ended: str | None = None
        self.is_silent = False  # that is why it ended
        self._sending, self._receiving, self._on_notice = sending, receiving, on_notice
        self._parser = Parser()
        self._secret = secrets.token_hex(16)
        self._flown = 0
        self._outbox: deque[Order] = deque()
        self._waiting = 0  # commands in the outbox
        self._flights: deque[Flight] = deque()
        self._has_work, self._is_expecting = trio.Event(), trio.Event()
        self._is_attached = trio.Event()
        self._progress = 0.0
        self._remark = ""
        self._scope = trio.CancelScope()

    @property
    def queued(self) -> int:
        return self._waiting + sum(flight.count for flight in self._flights)

    async def ask(self, lines: Sequence[bytes]) -> Sequence[Block]:
        """One answer for each line. Who leaves before its lines were sent takes them back."""
        if not lines:
            return ()
        order = self._accept(lines)
        try:
            await order.done.wait()
        except trio.Cancelled:
            self._abandon(order)
            raise
        if order.answers is None:
            reason = self.ended or "the connection to tmux ended"
            raise TmuxUnavailable(reason, may_have_run=order.is_sent)
        return order.answers

    def expect_answers_within(self, seconds: float) -> None:
        self._patience = seconds
        self._nap.cancel()  # it may be one by the patience of before

    async def serve(self) -> str:
        """Until it breaks or is told to end: why it did."""
        self._expect()  # to be attached
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write)
                    nursery.start_soon(self._watch)
                    await self._read()
        finally:
            self.end("the daemon let go of the connection")
            self._give_back()
        return self.ended or ""

    def end(self, reason: str) -> None:
        self.ended = self.ended or reason
        self._scope.cancel()

    def _accept(self, lines: Sequence[bytes]) -> Order:
        if self.ended is not None:
            raise TmuxUnavailable(self.ended)
        if self._waiting + len(lines) > MOST_WAITING:
            raise TmuxUnavailable(f"{self._waiting:,} commands wait for tmux already; try later")
        order = Order(lines)
        self._outbox.append(order)
        self._waiting += len(lines)
        self._has_work.set()
        return order

    def _abandon(self, order: Order) -> None:
        order.is_abandoned = True
        if not order.is_sent:
            self._waiting -= len(order.lines)

    async def _write(self) -> None:
        await self._is_attached.wait()  # a command that overtakes this sees no client of ours
        while True:
            await self._has_work.wait()
            flight = self._board()
            if flight.count:
                await self._send(flight)

    def _board(self) -> Flight:
        """Who waits now flies together, up to a size."""
        self._flown += 1
        flight, size = Flight([], f"{self._secret}.{self._flown}".encode(), 0), 0
        while self._outbox and size < FLIGHT_BYTES:
            order = self._outbox.popleft()
            if not order.is_abandoned:
                self._waiting -= len(order.lines)
                order.is_sent = True
                flight.orders.append(order)
                flight.count += len(order.lines)
                size += sum(map(len, order.lines))
        if not self._outbox:
            self._has_work = trio.Event()
        return flight

    async def _send(self, flight: Flight) -> None:
        if not self._flights:
            self._expect()
        self._flights.append(flight)
        lines: list[bytes] = []
        for order in flight.orders:
            lines += order.lines
        question = command_line(("display-message", "-p", flight.word))
        try:
            await self._sending.send_all(b"".join([*lines, question]))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            await trio.sleep(SECOND_LOOK)  # the reader, which learns the reason, comes first
            self.end("the connection to tmux broke")

    def _expect(self) -> None:
        self._progress = trio.current_time()
        self._is_expecting.set()

    def _expect_nothing(self) -> None:
        self._is_expecting = trio.Event()

    async def _read(self) -> None:
        try:
            while chunk := await self._receiving.receive_some(READ_BYTES):
                self._take(bytes(chunk))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        self.end(self._remark or "tmux closed the connection")

    def _take(self, chunk: bytes) -> None:
        noticed = False
        for event in self._parser.feed(chunk):
            match event:
                case Block(is_answer=True):
                    self._take_answer(event)
                case Block():
                    self._take_news(event)
                case Notification(name=b"exit", rest=why):
                    self.end(_text((why,)) or self._remark or "tmux ended the connection")
                case Notification():
                    noticed = True
                case Astray():
                    self.end("the answers of tmux were out of step")
                case Remark(line=line):
                    self._remark = _text((line,)) or self._remark
            if self.ended is not None:
                return
        if noticed:
            self._on_notice()

    def _take_news(self, block: Block) -> None:
        """The first block that answers nobody is that of attaching."""
        if block.is_error:
            self._remark = _text(block.lines)
        elif not self._is_attached.is_set():
            self._is_attached.set()
            self._expect_nothing()

    def _take_answer(self, answer: Block) -> None:
        self._progress = trio.current_time()
        if not self._flights:
            self.end("tmux answered what nobody asked")
            return
        flight = self._flights[0]
        flight.answers.append(answer)
        if not flight.is_complete:
            return
        if not flight.is_proven:
            self.end("the answers of tmux were out of step")
            return
        self._parser.settle()
        self._flights.popleft()
        if not self._flights:
            self._expect_nothing()
        flight.land()

    async def _watch(self) -> None:
        """No answer for so long while one is owed: it is broken."""
        while True:
            await self._is_expecting.wait()
            with trio.CancelScope() as self._nap:
                await trio.sleep_until(self._progress + self._patience)
            if self._is_overdue():
                # Perhaps it was us who stood still: then the answer is in the pipe already.
                await trio.sleep(SECOND_LOOK)
            if self._is_overdue():
                self.is_silent = True
                self.end(f"it did not answer within {self._patience:g} s")

    def _is_overdue(self) -> bool:
        is_owed = self._is_expecting.is_set()
        return is_owed and trio.current_time() >= self._progress + self._patience

    def _give_back(self) -> None:
        """Nobody waits for a connection that has ended."""
        for order in self._outbox:
            order.done.set()
        for flight in self._flights:
            for order in flight.orders:
                order.done.set()
        self._outbox.clear()
        self._flights.clear()
        self._waiting = 0


def _text(lines: Sequence[bytes]) -> str:
    return b" ".join(lines).decode(errors="replace").strip()
