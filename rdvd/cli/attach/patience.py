"""How long a daemon that is away is waited for, and when it is looked for again. Pure."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0


class Patience:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.next_try = 0.0
        self._lost_at: float | None = None
        self._pause = FIRST_PAUSE

    def lost(self, now: float) -> None:
        """Or given up for a moment: looked for again at once."""
        if self._lost_at is None:
            self._lost_at = now
        self.next_try = now

    def failed(self, now: float) -> bool:
        """Whether to look for it again, which is later each time."""
        if self._lost_at is None:
            self._lost_at = now
        self.next_try = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return now - self._lost_at < self.seconds

    def found(self) -> None:
        self._lost_at, self._pause = None, FIRST_PAUSE
