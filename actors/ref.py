"""The address of an actor: the only thing that others hold of it."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, Generic, ParamSpec, TypeVar

import trio

from actors.child import Child
from actors.mailbox import Letter, Mailbox, ask, caller_here, check

A_co = TypeVar("A_co", covariant=True)
P = ParamSpec("P")
R = TypeVar("R")


class Ref(Generic[A_co]):
    """The address of a place in the tree. It exists before anything runs and survives restarts."""

    __slots__ = ("_mailbox", "_place")

    def __init__(self, place: Child, mailbox: Mailbox) -> None:
        self._place = place
        self._mailbox = mailbox

    async def call(
        self,
        method: Callable[Concatenate[A_co, P], Awaitable[R]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Have the actor run the method, and wait for the answer.

        Waits for room in the mailbox as well. How long is the caller's business: write
        `with trio.fail_after(...)` around it. Raises what the actor refused with, `Unavailable`
        if it cannot answer, `CallCycle` if it would have to wait for its own caller.
        """
        caller = caller_here()
        deadline = trio.current_effective_deadline()
        if caller is not None:
            deadline = min(deadline, caller.deadline)
        letter = Letter(self._place, caller, method, args, kwargs, deadline)
        if caller is None:
            return await self._mailbox.post(letter)
        check(letter)
        return await ask(letter, self._mailbox.post)

    def cast(
        self,
        method: Callable[Concatenate[A_co, P], Awaitable[object]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Leave a message and go on. It lands in the mailbox or raises `Unavailable`."""
        self._mailbox.drop(Letter(self._place, None, method, args, kwargs, is_cast=True))

    async def wait_stopped(self) -> None:
        """Return once the place is down for good, or was never started; a restart is no stop."""
        await self._place.wait_down()

    def __repr__(self) -> str:
        return f"<Ref {self._place.path}>"
