"""What an actor is, one life of it, and the place it lives in."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Any, Generic, Self, TypeVar, TypeVarTuple

import trio
from attrs import evolve
from outcome import Error, Value

from actors.child import Child, Life, log, report
from actors.errors import Unavailable, describe, is_refusal
from actors.mailbox import Letter, Mailbox, in_hand
from actors.policy import Restart
from actors.ref import Ref
from actors.snapshot import Mark, Moment, Node

Ts = TypeVarTuple("Ts")

SLOW_SECONDS = 1.0
NOTHING = nullcontext()
NO_ERRANDS: frozenset[Life] = frozenset()


class Actor:
    """An object whose public async methods are its messages, run one at a time.

    Its constructor takes configuration, refs, topics and the store, never live state: after a
    crash the factory builds a new one, and what must survive is read back in `lifespan`.
    """

    _life: "ActorLife[Any] | None" = None  # Any: the life of this very class

    @property
    def ref(self) -> Ref[Self]:
        """My own address."""
        return self._alive().child.ref

    def lifespan(self) -> AbstractAsyncContextManager[None]:
        """What I need while I live: override it by an `@asynccontextmanager` that yields once.

        Before the yield nobody reaches me yet; after it nothing arrives any more.
        """
        return NOTHING

    def spawn(self, fn: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        """Run something beside the messages, for as long as I live; its crash is mine.

        It is cancelled before the lifespan ends, and talks to me by `self.ref.call` like
        anybody else, so that only one task ever touches my state.
        """
        self._alive().spawn(fn, *args)

    def stop(self) -> None:
        """End normally after the message in hand; the restart policy says what comes next."""
        self._alive().ask_to_stop()

    def _alive(self) -> "ActorLife[Self]":
        if self._life is None:
            raise RuntimeError(
                f"this {type(self).__name__} has no place in a tree yet: ref, spawn and stop"
                " work from its lifespan on"
            )
        return self._life


A = TypeVar("A", bound=Actor)


class ActorLife(Life, Generic[A]):
    """One actor object, from its factory to its end, one message at a time."""

    child: "ActorChild[A]"

    def __init__(
        self, child: "ActorChild[A]", nursery: trio.Nursery, tell_end: Callable[[Life], None]
    ) -> None:
        super().__init__(child, nursery, tell_end)
        self.handling: Letter | None = None
        self._oneself: Letter | None = None
        self._is_stopping = False
        self._errands = NO_ERRANDS
        self._is_ending_errands = False
        self._serving = self.scope  # what the crash of an errand cancels
        self._clock = trio.lowlevel.current_clock()  # a shorter way to trio.current_time

    def begin(self) -> None:
        self._actor = self.child.build()
        if self._actor._life is not None:  # pyright: ignore[reportPrivateUsage]  # of the same kind
            raise RuntimeError(f"the factory of {self.child.path} must build a new actor each time")
        self._actor._life = self  # pyright: ignore[reportPrivateUsage]  # an actor and its life are one
        self._lifespan = self._actor.lifespan()
        if self._lifespan is NOTHING:
            self.ready()

    async def live(self) -> None:
        try:
            if self._lifespan is NOTHING:
                await self._serve()
            else:
                await self._live_through(self._lifespan)
        finally:
            if self._errands:  # those of a lifespan that failed
                await self._end_errands()

    async def _live_through(self, lifespan: AbstractAsyncContextManager[None]) -> None:
        self._oneself = self._stand_for_lifespan()
        async with lifespan:
            self._oneself.is_done = True
            in_hand.set(None)
            try:
                with trio.CancelScope() as self._serving:
                    self.ready()
                    await self._serve()
            finally:
                self._say_goodbye()

    def ask_to_stop(self, *, for_good: bool = False) -> bool:  # noqa: ARG002 - mail waits anyway
        self._is_stopping = True
        was_idle = self.child.mailbox.nudge()
        return was_idle and self._lifespan is NOTHING and not self._errands

    def in_hand(self) -> list[Letter]:
        letters = (self._oneself, self.handling)
        return [letter for letter in letters if letter is not None and not letter.is_done]

    def spawn(self, fn: Callable[..., Awaitable[object]], *args: object) -> None:
        if self.is_over:
            raise RuntimeError(f"this life of {self.child.path} is over: nobody would end {fn!r}")
        errand = Errand(self, partial(fn, *args))
        if self._is_ending_errands:
            errand.scope.cancel()
        self._errands |= {errand}
        self.nursery.start_soon(errand.run, name=fn)

    def note_end_of_errand(self, errand: Life) -> None:
        self._errands -= {errand}
        if errand.crash is not None:
            self.fail(errand.crash)
            self._serving.cancel()

    async def _serve(self) -> None:
        try:
            take = self.child.mailbox.take
            while not self._is_stopping:
                letter = await take()
                if letter is not None and not letter.is_abandoned:
                    await self._handle(letter)
                del letter  # it may be large, and the next one far away
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            self.fail(error)  # here, since a lifespan that swallows it does not undo it
            raise
        finally:
            if self._errands:
                await self._end_errands()

    async def _handle(self, letter: Letter) -> None:
        self.handling = letter
        letter.begun = began = self._clock.current_time()
        in_hand.set(letter)
        try:
            answer = await letter.method(self._actor, *letter.args, **letter.kwargs)
            if not letter.is_cast:
                letter.settle(Value(answer))
        except BaseException as error:
            if not is_refusal(error):
                self._answer_crash(letter, error)
                raise
            self._answer_refusal(letter, error)
        finally:
            letter.is_done = True
            in_hand.set(None)
            self.handling = None
            self.child.mailbox.handled += 1
            seconds = self._clock.current_time() - began
            if seconds >= SLOW_SECONDS or log.isEnabledFor(logging.DEBUG):
                self._report_handled(letter, seconds)

    def _answer_crash(self, letter: Letter, error: BaseException) -> None:
        crash = self.crash or error  # an errand's, if that is what cancelled the handler
        unavailable = Unavailable(f"{self.child.path} ended over {letter.name}: {describe(crash)}")
        unavailable.__cause__ = crash
        letter.settle(Error(unavailable))

    def _answer_refusal(self, letter: Letter, error: BaseException) -> None:
        if letter.is_cast:
            why = describe(error)
            report(logging.WARNING, "refused_cast", self.child, method=letter.name, error=why)
        else:
            letter.settle(Error(error))

    def _report_handled(self, letter: Letter, seconds: float) -> None:
        report(logging.DEBUG, "handled", self.child, method=letter.name, seconds=seconds)
        if seconds >= SLOW_SECONDS:
            report(logging.WARNING, "slow", self.child, method=letter.name, seconds=seconds)

    def _stand_for_lifespan(self) -> Letter:
        """While a lifespan begins or ends, the actor is in the chain of callers like a handler."""
        letter = Letter(self.child, None, self.live)
        in_hand.set(letter)
        return letter

    def _say_goodbye(self) -> None:
        """What is left of the lifespan is bounded by the grace, whatever ended the messages."""
        self._oneself = self._stand_for_lifespan()
        self.child.enter("stopping")
        self.scope.deadline = min(self.scope.deadline, trio.current_time() + self.child.grace)

    async def _end_errands(self) -> None:
        self._is_ending_errands = True  # so that one which begins meanwhile is cancelled too
        for errand in self._errands:
            errand.scope.cancel()
        while self._errands:
            with trio.CancelScope(shield=True):
                await next(iter(self._errands)).wait_for_news()
        self._is_ending_errands = False


class Errand(Life):
    """Something an actor spawned. It runs beside the messages, and is no place of its own."""

    def __init__(self, owner: ActorLife[Any], fn: Callable[[], Awaitable[object]]) -> None:
        super().__init__(owner.child, owner.nursery, owner.note_end_of_errand)
        self.scope.shield = True  # its owner ends it, nobody else
        self._fn = fn

    async def live(self) -> None:
        in_hand.set(None)  # a copy of the handler's context came with the task
        await self._fn()


class ActorChild(Child, Generic[A]):
    """A place for the actors that the factory builds. Its ref and its mailbox outlast them all."""

    kind = "actor"

    def __init__(
        self,
        name: str,
        factory: Callable[[], A],
        *,
        restart: Restart = "permanent",
        grace: float = 5,
        capacity: int = 64,
    ) -> None:
        super().__init__(name, restart, grace)
        self.build = factory
        self.mailbox = Mailbox(self, capacity)
        self.ref: Ref[A] = Ref(self, self.mailbox)

    def new_life(self, nursery: trio.Nursery, tell_end: Callable[[Life], None]) -> Life:
        return ActorLife(self, nursery, tell_end)

    def open(self) -> None:
        super().open()
        self.mailbox.open()

    def close(self) -> None:
        super().close()
        self.mailbox.close()

    def node(self, now: Moment) -> Node:
        letter: Letter | None = getattr(self.life, "handling", None)
        return evolve(
            super().node(now),
            queued=self.mailbox.queued,
            capacity=self.mailbox.capacity,
            handled=self.mailbox.handled,
            handling=letter and Mark(letter.name, now.date(letter.begun)),
        )


actor = ActorChild  # in a tree it reads as what it declares
