"""Who is restarted, with whom, and how soon. Pure: no clock, no tasks, no dice of its own."""

from collections import deque
from collections.abc import Sequence
from typing import Literal, TypeVar

from attrs import frozen

Restart = Literal["permanent", "transient", "temporary"]
Strategy = Literal["one_for_one", "one_for_all", "rest_for_one"]

T = TypeVar("T")


@frozen
class Patience:
    """How many restarts within a window are borne, and how long each waits.

    The first is immediate, since most crashes are single; the following ones wait
    `first_delay`, twice that, and so on up to `longest_delay`. Jitter only ever shortens a
    delay, by at most that share of it, so that things which fell together do not rise together.
    """

    restarts: int = 5
    window: float = 60
    first_delay: float = 0.1
    longest_delay: float = 5
    jitter: float = 0.1

    def __attrs_post_init__(self) -> None:
        if min(self.restarts, self.window, self.first_delay, self.longest_delay) < 0:
            raise ValueError(f"patience is not negative: {self}")
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter is a share between 0 and 1, not {self.jitter}")

    def delay(self, nth: int, chance: float) -> float:
        """The wait before the nth restart within the window; `chance` is between 0 and 1."""
        if nth <= 1:
            return 0
        doublings = min(nth - 2, 60)  # by then every delay has long been the longest
        full = min(self.first_delay * 2.0**doublings, self.longest_delay)
        return full * (1 - self.jitter * chance)


class Tally:
    """The restarts of one run of one supervisor; a new run begins with a clean sheet."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._restarts: deque[float] = deque()

    def delay_of_next(self, now: float, chance: float) -> float | None:
        """Count one more restart and say how long it waits; None when patience is at its end."""
        while self._restarts and self._restarts[0] <= now - self._patience.window:
            self._restarts.popleft()
        if len(self._restarts) >= self._patience.restarts:
            return None
        self._restarts.append(now)
        return self._patience.delay(len(self._restarts), chance)


def may_restart(restart: Restart, *, crashed: bool) -> bool:
    return restart == "permanent" or (restart == "transient" and crashed)


def fallen_with(strategy: Strategy, children: Sequence[T], fallen: T) -> Sequence[T]:
    """The children that are restarted when one falls, in start order, the fallen among them."""
    match strategy:
        case "one_for_one":
            return [fallen]
        case "rest_for_one":
            return children[children.index(fallen) :]
        case "one_for_all":
            return children
