"""Random trees."""

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import evolve
from hypothesis import strategies as st

from actors import Patience, Restart, Strategy

from .plan import Place, Service, Team, Worker

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]  # Any: it gives what each strategy gives


def one_of(*values: T) -> st.SearchStrategy[T]:
    return st.sampled_from(values)


RESTARTS: st.SearchStrategy[Restart] = one_of(
    "permanent", "permanent", "permanent", "transient", "temporary"
)
STRATEGIES: st.SearchStrategy[Strategy] = one_of("one_for_one", "rest_for_one", "one_for_all")
PATIENCES = one_of(
    Patience(restarts=3, window=500, jitter=0),
    Patience(restarts=1, window=500, jitter=0),
    Patience(restarts=0, jitter=0),
    Patience(restarts=2, window=33.3, first_delay=0.5, longest_delay=0.7, jitter=0),
)
# No goodbye lasts exactly as long as a grace.
GRACES = one_of(5.0, 5.0, 0.3, 1.1)
LEAVES = one_of(0.0, 0.0, 0.5, 2.0)
ENTERS = one_of(0.0, None, 0.0, 0.5, 1.0)
SHORT = one_of(0.0, 0.0, 0.5, 1.0)
FAILS = one_of(*[()] * 20, *[(2,)] * 3, *[(2, 3)] * 2, *[(2, 3, 4, 5)] * 3, (3,), (1,))
CAPACITIES = one_of(1, 2, 3, 4)
ERRANDS = one_of(0, 0, 1, 2)
TEN = st.integers(0, 9)


class Grower:
    """Draws one tree; names are given in start order."""

    def __init__(self, draw: Draw, *, is_polite: bool) -> None:
        self._draw = draw
        self._is_polite = is_polite  # nobody calls from a lifespan
        self._names = iter("abcdefghijklmnopqrstuvwxyz")
        self._teams = 0

    def root(self) -> Team:
        return self._team("root", depth=2, most=3, restart="permanent")

    def _team(self, name: str, *, depth: int, most: int, restart: Restart) -> Team:
        count = self._draw(st.integers(1, most))
        children = tuple(self._place(depth - 1) for _ in range(count))
        return Team(name, children, self._draw(STRATEGIES), self._draw(PATIENCES), restart)

    def _place(self, depth: int) -> Place:
        kind = self._draw(TEN)
        if kind > 6 and depth > 0:
            self._teams += 1
            name = f"t{self._teams}"
            return self._team(name, depth=depth, most=2, restart=self._draw(RESTARTS))
        return self.leaf(next(self._names), is_service=kind == 6)

    def leaf(self, name: str, *, is_service: bool) -> Place:
        draw = self._draw
        restart, grace, fails = draw(RESTARTS), draw(GRACES), draw(FAILS)
        if is_service:
            return Service(name, restart, grace, draw(SHORT), draw(LEAVES), fails)
        worker = Worker(name, restart, grace, draw(CAPACITIES), draw(ENTERS), fails=fails)
        return worker if worker.enters is None else self._lodger(worker)

    def _lodger(self, worker: Worker) -> Worker:
        draw = self._draw
        return evolve(
            worker,
            leaves=draw(LEAVES),
            errands=draw(ERRANDS),
            greets=self._some_names(),
            thanks=self._some_names(),
            falls_leaving=draw(TEN) == 9,
        )

    def _some_names(self) -> tuple[str, ...]:
        if self._is_polite or self._draw(TEN) < 8:
            return ()
        return (self._draw(one_of("a", "b", "c", "d")),)
