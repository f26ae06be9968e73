"""An answer on its way to the one task that waits for it."""

from typing import Generic, TypeVar

import trio
from attrs import define, field
from outcome import Outcome
from trio.lowlevel import Abort, RaiseCancelT, Task

R = TypeVar("R")


@define(eq=False)
class Reply(Generic[R]):
    """One answer for one task. Who waits may leave; who answers never notices.

    It works straight on the scheduler: an Event with a slot would be two more objects a call.
    """

    is_abandoned: bool = field(default=False, init=False)
    _outcome: Outcome[R] | None = field(default=None, init=False)
    _task: Task | None = field(default=None, init=False)

    def settle(self, outcome: Outcome[R]) -> None:
        """Answer; only the first answer counts."""
        if self._outcome is None:
            self._outcome = outcome
            if self._task is not None:
                trio.lowlevel.reschedule(self._task, outcome)

    async def wait(self) -> R:
        if self._outcome is not None:
            await trio.lowlevel.checkpoint()
            return self._outcome.unwrap()
        self._task = trio.lowlevel.current_task()
        return await trio.lowlevel.wait_task_rescheduled(self._leave)

    @property
    def is_open(self) -> bool:
        """Whether somebody waits. Who was answered no longer does, awake already or not."""
        return self._outcome is None and not self.is_abandoned

    def abandon(self) -> None:
        """The one who waited has left."""
        self.is_abandoned = True

    def _leave(self, _: RaiseCancelT) -> Abort:
        self._task = None
        self.abandon()
        return Abort.SUCCEEDED
