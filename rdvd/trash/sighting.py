"""How old things are, told by more than a clock on the wall, which can be set to anything. Pure.

What passes while the daemon runs is witnessed, and a pause of it of a day at most is believed. A
jump of the clock beyond that counts only once the daemon has run for a day since: a person has
had that long to see what is about to go. A jump back takes back what still waits, and whatever
clock is set right later has first to make up for the rest of it. All times are milliseconds.
"""

from collections.abc import Iterable

from attrs import evolve, frozen

from .types import TrashId

HOUR = 3600 * 1000
DAY = 24 * HOUR
SLACK = 60 * 1000  # by which honest clocks may differ from one look to the next
PAUSE = DAY  # of the daemon, which needs no proof


@frozen
class Glance:
    """One look at all clocks. `life`: of the daemon; of another one only the date compares."""

    life: str
    date: int
    elapsed: int  # since the machine began, asleep or not
    awake: int  # the same, but for sleep


@frozen
class Jump:
    """How much the clock was ahead of what can have passed, and after how long a running time."""

    id: int
    ran: int
    by: int


@frozen
class Stamp:
    """What was known when an entry came: its age is what has come to it since."""

    steady: int
    ran: int
    jump: int  # the last one before it


@frozen
class Sighting:
    """What all looks together tell. `steady` grows by what is certain; `ran` is how long the
    daemon has run, all lives together; `debt` is how far the clock was set back."""

    last: Glance
    steady: int
    ran: int = 0
    debt: int = 0
    last_jump: int = 0
    jumps: tuple[Jump, ...] = ()

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.steady, self.ran, self.last_jump)

    @property
    def waits(self) -> int:
        """For how long the daemon has to run until it believes every jump."""
        return max((_left(self, each) for each in self.jumps if each.by), default=0)


@frozen
class Aged:
    """What is to be known of an entry to say whether it is old."""

    id: TrashId
    bytes: int
    thrown: int
    expires: int
    stamp: Stamp


@frozen
class Judged:
    """`old`: by all that is certain. `waiting`: how many are old by the clock on the wall alone,
    and `waits` how long the daemon has to run until that is believed."""

    old: tuple[TrashId, ...] = ()
    bytes: int = 0
    waiting: tuple[TrashId, ...] = ()
    waits: int = 0


def first_seen(glance: Glance) -> Sighting:
    return Sighting(glance, steady=glance.date)


def seen(before: Sighting, glance: Glance) -> Sighting:
    """One look more."""
    last, is_same_life = before.last, glance.life == before.last.life
    passed = max(0, glance.elapsed - last.elapsed) if is_same_life else 0
    awake = max(0, glance.awake - last.awake) if is_same_life else 0
    gone, fair = glance.date - last.date, passed if is_same_life else PAUSE
    now = evolve(before, last=glance, ran=before.ran + awake)
    if gone > fair + SLACK:
        return _ahead(evolve(now, steady=now.steady + fair), gone - fair)
    if gone < passed - SLACK:
        return _back(evolve(now, steady=now.steady + passed), passed - gone)
    return evolve(now, steady=now.steady + (passed if is_same_life else max(0, gone)))


def _ahead(now: Sighting, by: int) -> Sighting:
    paid = min(by, now.debt)
    now = evolve(now, debt=now.debt - paid)
    if by == paid:
        return now
    jump = Jump(now.last_jump + 1, now.ran, by - paid)
    return evolve(now, last_jump=jump.id, jumps=(*now.jumps, jump))


def _back(now: Sighting, by: int) -> Sighting:
    left, jumps = by, list[Jump]()
    for each in reversed(now.jumps):
        taken = min(left, each.by) if _left(now, each) else 0
        left -= taken
        jumps.append(evolve(each, by=each.by - taken))
    return evolve(now, debt=now.debt + left, jumps=tuple(reversed(jumps)))


def _left(now: Sighting, jump: Jump) -> int:
    return max(0, jump.ran + DAY - now.ran)


def age_of(stamp: Stamp, now: Sighting) -> int:
    """It never shrinks."""
    believed = (each.by for each in now.jumps if each.id > stamp.jump and not _left(now, each))
    return now.steady - stamp.steady + sum(believed)


def judge(entries: Iterable[Aged], now: Sighting, age: int | None) -> Judged:
    """Those of this age or older. None: each has its own date, and the daemon must have run for a
    day since it came, or for as long as it was to be kept."""
    old, waiting, waits = list[Aged](), list[TrashId](), 0
    for each in entries:
        left = _wait_of(each, now, age)
        if not left:
            old.append(each)
        elif now.last.date - each.thrown >= _needed(each, age):
            waiting.append(each.id)
            waits = max(waits, left)
    ids, size = tuple(each.id for each in old), sum(each.bytes for each in old)
    return Judged(ids, size, tuple(waiting), waits)


def _needed(entry: Aged, age: int | None) -> int:
    return entry.expires - entry.thrown if age is None else age


def _wait_of(entry: Aged, now: Sighting, age: int | None) -> int:
    """How long the daemon has to run until it is old enough; 0: it is."""
    needed, known = _needed(entry, age), age_of(entry.stamp, now)
    unseen = entry.stamp.ran + min(needed, DAY) - now.ran if age is None else 0
    if known >= needed:
        return max(0, unseen)
    hoped = sum(each.by for each in now.jumps if each.id > entry.stamp.jump and _left(now, each))
    lacking = now.waits if known + hoped >= needed else needed - known
    return max(lacking, unseen)
