"""The clocks that the trash looks at. Of these only the date can be set by anybody."""

import time
from collections.abc import Callable

from attrs import field, frozen

from rdvd.ground.clock import now_ms
from rdvd.ground.ids import new_id

from .sighting import Glance


def _elapsed() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _awake() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000_000


@frozen
class Watch:
    """Of one life of the daemon."""

    date: Callable[[], int] = now_ms
    elapsed: Callable[[], int] = _elapsed
    awake: Callable[[], int] = _awake
    life: str = field(factory=new_id)

    def glance(self) -> Glance:
        return Glance(self.life, self.date(), self.elapsed(), self.awake())
