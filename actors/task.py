"""Any Trio service as a child of a supervisor, such as an HTTP server."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import trio

from actors.child import Child, Life
from actors.policy import Restart


class Serving(Protocol):
    """A service that says when it is ready, and ends when `stopping` is set."""

    def __call__(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: what it says besides "ready" is its own affair
    ) -> Awaitable[object]: ...


class TaskLife(Life):
    """One run of the service, and the `task_status` that it reports to."""

    child: "TaskChild"

    async def live(self) -> None:
        self._stopping = trio.Event()
        await self.child.fn(stopping=self._stopping, task_status=self)
        if not self.is_up:
            raise RuntimeError(f"{self.child.path} ended without calling task_status.started()")

    def started(self, value: object = None) -> None:  # noqa: ARG002 - nobody waits for a value
        if self.is_up:
            raise RuntimeError(f"{self.child.path} called task_status.started() twice")
        self.ready()

    def ask_to_stop(self, *, for_good: bool) -> bool:  # noqa: ARG002 - nobody writes to a task
        self._stopping.set()
        return False


class TaskChild(Child):
    """A place for any Trio service: `fn(*, stopping, task_status)`."""

    kind = "task"

    def __init__(
        self, name: str, fn: Serving, *, restart: Restart = "permanent", grace: float = 5
    ) -> None:
        super().__init__(name, restart, grace)
        self.fn = fn

    def new_life(self, nursery: trio.Nursery, tell_end: Callable[[Life], None]) -> Life:
        return TaskLife(self, nursery, tell_end)


task = TaskChild  # in a tree it reads as what it declares
