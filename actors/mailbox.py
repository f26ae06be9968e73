"""Messages on their way: letters, and the bounded queue in front of a place."""

import logging
import math
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, TypeVar

import trio
from attrs import define, field
from outcome import Error

from actors.child import Child, report
from actors.errors import CallCycle, Unavailable
from actors.reply import Reply

R = TypeVar("R")
Q = TypeVar("Q", bound="Question")


@define(eq=False)
class Question(Reply[Any]):  # Any: each is answered by another type
    """Something asked of a place, by the letter that is handled meanwhile if there is one.

    So questions and letters form the chain of everybody who waits for an answer.
    """

    place: Child
    caller: "Letter | None"

    def callers(self) -> Iterator[Child]:
        """The places that wait for this answer; whoever asked and has left no longer does."""
        question: Question = self
        while question.caller is not None and question.is_open and not question.caller.is_done:
            question = question.caller
            yield question.place

    def refuse(self, error: Unavailable) -> None:
        """Answer it although nobody has begun to handle it, or ever shall."""
        self.abandon()
        self.settle(Error(error))


@define(eq=False)
class Letter(Question):
    """One message: what to do, and until when. A cast has neither caller nor deadline."""

    method: Callable[..., Awaitable[object]]
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = {}
    deadline: float = math.inf
    is_cast: bool = False
    begun: float | None = field(default=None, init=False)  # when an actor took it in hand
    asked: tuple[Question, ...] = field(default=(), init=False)  # what its handler waits for
    posting: trio.CancelScope | None = field(default=None, init=False)  # if it waits for room
    is_done: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        return getattr(self.method, "__qualname__", repr(self.method))

    def refuse(self, error: Unavailable) -> None:
        super().refuse(error)
        if self.posting is not None:
            self.posting.cancel()


# The letter that the running task is handling, and that its own calls continue. A task that was
# started meanwhile and outlives the handling still has it, but then it is done.
in_hand: ContextVar[Letter | None] = ContextVar("in_hand", default=None)


def caller_here() -> Letter | None:
    letter = in_hand.get()
    return None if letter is None or letter.is_done else letter


def check(letter: Letter) -> None:
    """Turn a deadlock into an error at the line that would have closed the circle."""
    callers = list(letter.callers())
    closing = waited_for_by(letter.place).intersection(callers)
    if letter.place in callers or closing:
        chain = " -> ".join(place.path for place in [*reversed(callers), letter.place])
        is_ending = letter.place not in callers and any(c.status == "stopping" for c in closing)
        error = Unavailable if is_ending else CallCycle
        raise error(f"{chain}: the last of them waits for one before it")
    error = deadlock(letter) if letter.place.status != "up" else None
    if error is not None:
        raise error


def waited_for_by(place: Child) -> set[Child]:
    """Everybody whose answer has to come before this place can take its next letter."""
    found: set[Child] = set()
    ahead = [place]
    while ahead:
        above = ahead.pop()
        further: set[Child] = set() if above.busy_with is None else {above.busy_with}
        for letter in above.life.holding_up() if above.life is not None else ():
            further |= {question.place for question in letter.asked if question.is_open}
        ahead += further - found
        found |= further
    return found


def deadlock(question: Question) -> Unavailable | None:
    """Why an answer cannot come before those who wait for it have started, or ended."""
    hurdle = question.place.hurdle_of(question.callers())
    if hurdle is None:
        return None
    return Unavailable(f"{question.place.path} waits for {hurdle.path}, and the caller is in it")


def release(letters: Iterable[Letter]) -> None:
    """Refuse what the handlers of these letters wait for, where it has become a deadlock."""
    ahead = list(letters)  # a list and no recursion: a chain of calls is as long as it likes
    while ahead:
        for question in ahead.pop().asked:
            error = deadlock(question)
            if error is not None:
                question.refuse(error)
            elif isinstance(question, Letter):
                ahead.append(question)


async def ask(question: Q, put: Callable[[Q], Awaitable[R]]) -> R:
    """Wait for an answer, for no longer than those who wait for the caller will wait."""
    caller = question.caller
    if caller is None:
        return await put(question)
    caller.asked += (question,)
    try:
        if caller.deadline >= trio.current_effective_deadline():
            return await put(question)
        with trio.move_on_at(caller.deadline):
            return await put(question)
        raise Unavailable(f"{question.place.path} did not answer by the deadline of {caller.name}")
    finally:
        caller.asked = tuple(each for each in caller.asked if each is not question)


class Mailbox:
    """The queue in front of a place. It is open from the first start until the place is down."""

    def __init__(self, place: Child, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"{place.name}: a mailbox holds at least one letter, not {capacity}")
        self.capacity = capacity
        self.handled = 0
        self._place = place
        self._send: trio.MemorySendChannel[Letter | None] | None = None
        self._receive: trio.MemoryReceiveChannel[Letter | None] | None = None

    def open(self) -> None:
        if self._send is None:
            self._send, self._receive = trio.open_memory_channel(self.capacity)

    def close(self) -> None:
        """Tell everybody in the queue, and everybody waiting for room in it, that it is over."""
        receive, self._send, self._receive = self._receive, None, None
        if receive is None:
            return
        # To close the channel would drop the queue silently. Each receive also lets in one of
        # those who wait for room, so that in the end nobody is left behind in it.
        with suppress(trio.WouldBlock):
            while True:
                self._return_to_sender(receive.receive_nowait())

    async def post(self, letter: Letter) -> Any:  # Any: the reply's type is known to Ref.call
        """Put a letter in, as soon as there is room, and wait for the answer."""
        if self._send is None:
            raise self._down()
        try:
            self._send.send_nowait(letter)
            return await letter.wait()
        except trio.WouldBlock:
            pass
        with trio.CancelScope() as letter.posting:
            await self._send.send(letter)
        letter.posting = None
        return await letter.wait()

    def drop(self, letter: Letter) -> None:
        """Leave a letter that nobody waits for; it lands now or is refused now."""
        if self._send is None:
            raise self._down()
        try:
            self._send.send_nowait(letter)
        except trio.WouldBlock:
            raise Unavailable(f"{self._place.path} has a full mailbox") from None

    def take(self) -> Awaitable[Letter | None]:
        """The next letter; None is a nudge to look whether there is something else to do."""
        assert self._receive is not None, "an actor reads only while its mailbox is open"
        return self._receive.receive()

    def nudge(self) -> bool:
        """Wake the reader if it is idle; nothing is queued, so that no later reader sees it."""
        if self._send is None or not self._send.statistics().tasks_waiting_receive:
            return False
        self._send.send_nowait(None)
        return True

    @property
    def queued(self) -> int:
        if self._send is None:
            return 0
        statistics = self._send.statistics()
        return statistics.current_buffer_used + statistics.tasks_waiting_send

    def _return_to_sender(self, letter: Letter | None) -> None:
        if letter is not None and letter.is_cast:
            report(logging.WARNING, "refused_cast", self._place, method=letter.name, error="down")
        elif letter is not None:
            letter.settle(Error(self._down()))

    def _down(self) -> Unavailable:
        return Unavailable(f"{self._place.path} is down")
