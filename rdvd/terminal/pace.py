"""How long to leave a terminal alone between two looks at it. Pure.

Between two looks tmux merges what it draws, so a flood costs one picture each. Each look costs us a
frame and the viewer a wake-up, so who prints without a pause is looked at as often as screens are
drawn, and who answers a key after a silence is seen at once.
"""

from attrs import define

SHORT_TICK, LONG_TICK = 0.004, 0.016
MUCH = 4096


@define
class Pace:
    _tick: float = SHORT_TICK

    def after(self, size: int, waited: float) -> float:
        """Having waited so long for so many bytes, this long until the next look."""
        if size >= MUCH:
            self._tick = LONG_TICK
        elif waited < SHORT_TICK:  # it went on as soon as we looked
            self._tick = min(2 * self._tick, LONG_TICK)
        else:
            self._tick = SHORT_TICK
        return self._tick
