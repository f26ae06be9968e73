"""Waking up who has something to do."""

import trio
from attrs import define, field


@define(eq=False)
class Bell:
    """Whoever takes `rung` before looking for work misses no ring."""

    _event: trio.Event = field(factory=trio.Event)

    def ring(self) -> None:
        self._event.set()

    def rung(self) -> trio.Event:
        self._event = trio.Event()
        return self._event
