"""The loop's side of a store thread: takes jobs in, bounds them, wakes who waits for them.

Everything here runs on the Trio loop, except `Job.begin` and the queue's other end.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Concatenate, ParamSpec, TypeVar

import trio
from attrs import define, field
from outcome import Error, Outcome
from trio.lowlevel import Abort, RaiseCancelT, Task

from actors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")


@define(eq=False)
class Job:
    """One function to run beside the loop, and the task that sleeps until it has."""

    fn: Callable[..., object]
    args: Sequence[object]
    kwargs: Mapping[str, object]
    task: Task
    result: Outcome[object] | None = None
    has_begun: bool = False
    # Popping is atomic: of two threads that try, exactly one succeeds.
    _ticket: list[None] = field(init=False, factory=lambda: [None])

    def begin(self) -> bool:
        """For the thread: whether it is to be run. A job may be run again after a rollback."""
        if not self.has_begun:
            self.has_begun = self.take()
        return self.has_begun

    def take(self) -> bool:
        """Whoever asks first, of the thread and the caller, has it."""
        try:
            self._ticket.pop()
        except IndexError:
            return False
        return True


class Desk:
    """Where callers hand in jobs; at most `room` are inside, the others wait in order."""

    def __init__(self, room: int) -> None:
        # None ends the thread, and no job ever follows it.
        self.queue: SimpleQueue[Job | None] = SimpleQueue()
        self._room = room
        self._outside: dict[Job, None] = {}  # in order, and quick to leave; empty if there is room
        self._is_open = True

    @property
    def waiting(self) -> int:
        """Jobs that no thread has taken yet, those still outside included."""
        return self.queue.qsize() + len(self._outside)

    async def ask(
        self,
        fn: Callable[Concatenate[sqlite3.Connection, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        await trio.lowlevel.checkpoint_if_cancelled()
        if not self._is_open:
            raise _closed()
        job = Job(fn, args, kwargs, trio.lowlevel.current_task())
        if self._room:
            self._room -= 1
            self.queue.put(job)
        else:
            self._outside[job] = None
        result: R = await trio.lowlevel.wait_task_rescheduled(partial(self._withdraw, job))
        return result

    def answer(self, jobs: Sequence[Job]) -> None:
        """Wake everybody whose job is settled, and let as many in as there were."""
        for job in jobs:
            if job.result is not None:  # else it was withdrawn, and nobody waits for it any more
                trio.lowlevel.reschedule(job.task, job.result)
        self._room += len(jobs)
        if self._outside:
            self._let_in()

    def refuse(self) -> None:
        """Let nobody in from now on; what is inside will still be done."""
        self._is_open = False
        for job in self._outside:
            trio.lowlevel.reschedule(job.task, Error(_closed()))
        self._outside.clear()

    def close(self) -> None:
        """Refuse, and let the thread end after what is inside."""
        self.refuse()
        self.queue.put(None)

    def _let_in(self) -> None:
        while self._room and self._outside:
            job = next(iter(self._outside))
            del self._outside[job]
            self._room -= 1
            self.queue.put(job)

    def _withdraw(self, job: Job, _: RaiseCancelT) -> Abort:
        """The caller is cancelled: leave it undone if it has not begun, else wait."""
        self._outside.pop(job, None)
        return Abort.SUCCEEDED if job.take() else Abort.FAILED


def _closed() -> Unavailable:
    return Unavailable("the store is closed")
