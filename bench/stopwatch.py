"""For contenders: `with Stopwatch() as watch:` around the operations, then `watch.seconds`."""

from time import perf_counter


class Stopwatch:
    seconds: float = 0.0

    def __enter__(self) -> "Stopwatch":
        self._started = perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = perf_counter() - self._started
