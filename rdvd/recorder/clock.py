"""Times that never go back, whatever is done to the machine's clock. Pure."""


class SteadyClock:
    """Follows the calendar; when that is set back, runs at half speed until it has caught up.

    So every record has a time of its own order, and a wrong clock that was put right does not
    leave hours in which everything seems to have happened at once.
    """

    __slots__ = ("_last", "_mono")

    def __init__(self) -> None:
        self._last = 0
        self._mono = 0

    def not_before(self, time_ms: int) -> None:
        """What was recorded so far, by others before us, has happened."""
        self._last = max(self._last, time_ms)

    def at(self, wall_ms: int, mono_ms: int) -> int:
        """The time to write down, from what both clocks of the machine say."""
        passed = max(0, mono_ms - self._mono) if self._mono else 0
        self._mono = mono_ms
        self._last = max(wall_ms, self._last + passed // 2)
        return self._last
