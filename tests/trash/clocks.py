"""Clocks that a test sets: days pass in no time, and the one on the wall can say anything."""

from attrs import define, field

from rdvd.trash import Watch
from rdvd.trash.sighting import DAY, HOUR, Glance

BEGIN = 1_800_000_000_000
__all__ = ["BEGIN", "DAY", "HOUR", "Clocks"]


@define
class Clocks:
    """Of one machine: what the date says, and how long it has been on, and awake, this time."""

    date: int = BEGIN
    elapsed: int = 0
    awake: int = 0
    life: int = field(default=0)

    def run(self, by: int) -> None:
        self.date += by
        self.elapsed += by
        self.awake += by

    def sleep(self, by: int) -> None:
        self.date += by
        self.elapsed += by

    def rest(self, by: int) -> None:
        """Off, and on again."""
        self.date += by
        self.begin_anew()

    def begin_anew(self) -> None:
        self.life += 1
        self.elapsed = self.awake = 0

    def jump(self, by: int) -> None:
        self.date += by

    def glance(self) -> Glance:
        return self.watch().glance()

    def watch(self) -> Watch:
        """For one life."""
        life = str(self.life)
        return Watch(lambda: self.date, lambda: self.elapsed, lambda: self.awake, life)
