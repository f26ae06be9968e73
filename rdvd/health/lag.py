"""How late the event loop wakes up who asked for a time: what slow handlers cost everybody."""

from collections import deque
from typing import Any

import trio
from attrs import define, field

PERIOD = 1.0
REMEMBERED = 60.0


@define
class LoopLag:
    """`watch` is a task of the tree; the figures outlive its restarts."""

    last: float = 0.0
    _seen: deque[tuple[float, float]] = field(factory=deque[tuple[float, float]], init=False)

    async def watch(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
    ) -> None:
        task_status.started()
        while not stopping.is_set():
            due = trio.current_time() + PERIOD
            with trio.move_on_at(due):
                await stopping.wait()
                return
            self._note(due)

    @property
    def longest(self) -> float:
        """Over the last minute."""
        self._forget_before(trio.current_time() - REMEMBERED)
        return max((lag for _, lag in self._seen), default=0.0)

    def _note(self, due: float) -> None:
        now = trio.current_time()
        self.last = now - due
        self._seen.append((now, self.last))
        self._forget_before(now - REMEMBERED)

    def _forget_before(self, then: float) -> None:
        while self._seen and self._seen[0][0] < then:
            self._seen.popleft()
