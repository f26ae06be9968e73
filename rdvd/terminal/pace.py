"""When to look at a terminal again. Pure.

Between two looks tmux merges what it draws, so a flood costs one picture each. Each look costs us a
frame and the viewer a wake-up, so who prints without a pause is looked at as often as screens are
drawn, and who answers a key after a silence is seen at once.

tmux throws away what was not read in time, and then draws for this viewer only every 100 ms, until
a tenth of a second has passed in which there was next to nothing to draw. So after a key in a flood
it is asked to draw at once, several times: what the key has done need not wait for its rhythm.
"""

import math

from attrs import define

HURRIED_TICK, SHORT_TICK, LONG_TICK = 0.001, 0.004, 0.016
MUCH = 4096
LOOKS_OF_A_FLOOD = 4  # one after the other that found something
AFTERMATH = 0.2  # of a flood: two rounds of tmux's rhythm
DRAWN_AFTER = (0.003, 0.008, 0.020, 0.050)  # from the key on; then tmux's own rhythm is as soon


@define
class Pace:
    due: float = -math.inf  # the next look, not before
    _tick: float = SHORT_TICK
    is_flooded: bool = False  # or was until lately: `hurry` knows
    _in_a_row: int = 0  # looks that found something as soon as they were due
    _aftermath_ends: float = -math.inf
    _hurry_ends: float = -math.inf

    @property
    def goes_on(self) -> bool:
        """There will be something when the next look is due, so nobody need wait for it."""
        return self._tick > SHORT_TICK

    def saw(self, size: int, waited: float, now: float) -> None:
        """So many bytes were shown; they came so long after the look was due, or before."""
        at_once = waited < SHORT_TICK
        self._in_a_row = self._in_a_row + 1 if at_once else 0
        if self._in_a_row >= LOOKS_OF_A_FLOOD:
            self.is_flooded, self._aftermath_ends = True, now + AFTERMATH
        if size >= MUCH:
            self._tick = LONG_TICK
        else:
            self._tick = min(2 * self._tick, LONG_TICK) if at_once else SHORT_TICK
        self.due = now + (self._tick if now >= self._hurry_ends else HURRIED_TICK)

    def hurry(self, now: float) -> bool:
        """After a key: whether tmux is asked to draw, and what it draws is to be seen at once."""
        self.is_flooded = now < self._aftermath_ends
        if self.is_flooded:
            self._hurry_ends = now + DRAWN_AFTER[-1] + LONG_TICK
            self.due = min(self.due, now + HURRIED_TICK)
        return self.is_flooded
