"""What a random tree is and what happens to it: plain values whose reprs are Python source."""

from collections.abc import Iterator

from attrs import field, frozen

from actors import Patience, Restart, Strategy
from actors.testing import EXACT


@frozen
class Worker:
    """An actor. Lives are counted from 1; those in `fails` fall before they are up."""

    name: str
    restart: Restart = "permanent"
    grace: float = 5
    capacity: int = 4
    enters: float | None = None  # seconds before its yield; None: it has no lifespan
    leaves: float = 0  # seconds after its yield
    fails: tuple[int, ...] = ()
    errands: int = 0  # what its lifespan spawns
    greets: tuple[str, ...] = ()  # whom its lifespan calls before the yield
    thanks: tuple[str, ...] = ()  # and after it
    falls_leaving: bool = False


@frozen
class Service:
    """A task."""

    name: str
    restart: Restart = "permanent"
    grace: float = 5
    readies: float = 0
    lingers: float = 0  # seconds between being asked to stop and its end
    fails: tuple[int, ...] = ()


@frozen
class Team:
    """A supervisor; the root of a tree is one."""

    name: str
    children: "tuple[Place, ...]" = ()
    strategy: Strategy = "one_for_one"
    patience: Patience = EXACT
    restart: Restart = "permanent"


Place = Worker | Service | Team


@frozen
class Step:
    """Something done at a moment, after so many checkpoints at that very moment."""

    at: float = field(kw_only=True)
    checkpoints: int = field(default=0, kw_only=True)


@frozen
class Crash(Step):
    """The handler of a message raises; a task raises."""

    name: str


@frozen
class CrashErrand(Step):
    """What a lifespan spawned raises."""

    name: str


@frozen
class End(Step):
    """An actor calls self.stop(); a task returns."""

    name: str


@frozen
class Call(Step):
    """Somebody outside calls the first of the route, whose handler calls the second ..."""

    route: tuple[str, ...]
    work: float = 0  # seconds in each handler, before it goes on
    ending: str = "value"  # what the last one does: value, refuse, crash, end, spawn
    deadline: float | None = None  # seconds until the caller's deadline
    leaves: float | None = None  # seconds until the caller is cancelled


@frozen
class Cast(Step):
    """So many casts in a row, and one call of the same sender behind them."""

    name: str
    count: int = 1
    work: float = 0
    ending: str = "value"
    calls: bool = False


@frozen
class StartChild(Step):
    team: str
    place: Place
    leaves: float | None = None  # seconds until who asked is cancelled


@frozen
class StopChild(Step):
    name: str


@frozen
class Hire(Step):
    """A handler starts a child in a team, or ends one, perhaps a place above itself."""

    name: str
    team: str
    place: Place


@frozen
class Stop(Step):
    name: str


@frozen
class Hurry(Step):
    name: str


@frozen
class CancelOutside(Step):
    pass


@frozen
class Look(Step):
    pass


Script = tuple[Step, ...]


def places(place: Place) -> Iterator[Place]:
    """A place and all below it, in start order."""
    yield place
    for child in place.children if isinstance(place, Team) else ():
        yield from places(child)


def newcomers(script: Script) -> Iterator[tuple[str, Place]]:
    """Places that the script adds, with the team that they are added to."""
    for step in script:
        if isinstance(step, StartChild | Hire):
            yield step.team, step.place
