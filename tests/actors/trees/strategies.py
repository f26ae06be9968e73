"""Random trees with random scripts for them."""

from collections.abc import Callable

from attrs import frozen
from hypothesis import strategies as st

from .growing import TEN, Draw, Grower, one_of
from .plan import (
    Call,
    CancelOutside,
    Cast,
    Crash,
    CrashErrand,
    End,
    Hire,
    Hurry,
    Look,
    Place,
    Script,
    StartChild,
    Step,
    Stop,
    StopChild,
    Team,
    Worker,
    places,
)

ENDINGS = one_of("value", "value", "refuse", "crash", "end", "spawn")
PLAIN_ENDINGS = one_of("value", "refuse", "crash", "end")
WORK = one_of(0.0, 0.0, 0.5, 1.0, 3.0)
MAYBE_SHORT = one_of(None, None, 0.0, 0.2, 0.5, 1.0, 3.0)
CHECKPOINTS = one_of(0, 0, 1, 2, 3, 5)
COUNTS = one_of(1, 2, 3, 6)
PAUSES = one_of(0.0, 0.0, 0.0, 0.1, 0.5, 1.0, 3.0)
LONG_PAUSES = one_of(25.0, 40.0)  # everything settles meanwhile


@frozen
class Piece:
    """What a play needs."""

    tree: Team
    script: Script
    seed: int


@st.composite
def pieces(draw: Draw) -> Piece:
    is_polite: bool = draw(st.booleans())
    grower = Grower(draw, is_polite=is_polite)
    tree = grower.root()
    return Piece(
        tree, Writer(draw, tree, grower, is_polite=is_polite).script(), draw(st.integers(0, 3))
    )


class Writer:
    """Draws the script of one tree."""

    def __init__(self, draw: Draw, tree: Team, grower: Grower, *, is_polite: bool) -> None:
        self._draw = draw
        self._grower = grower
        self._is_polite = is_polite
        everybody = list(places(tree))
        self._teams = one_of(*(each.name for each in everybody if isinstance(each, Team)))
        names = [each.name for each in everybody if not isinstance(each, Team)] or ["a"]
        favourite: str = draw(st.sampled_from(names))
        self._names = one_of(*names, *[favourite] * len(names))
        actors = [each.name for each in everybody if isinstance(each, Worker)] or ["a"]
        self._routes = st.lists(one_of(*actors), min_size=1, max_size=4).map(tuple)
        self._newcomers = 0

    def script(self) -> Script:
        count = self._draw(st.integers(1, 7))
        if self._is_polite:
            return self._polite_script(count)
        at, steps = 0.0, list[Step]()
        for _ in range(count):
            at += self._draw(PAUSES)
            steps.append(self._draw(SCENES)(self, at, self._draw(CHECKPOINTS)))
        return (*steps, *self._finale(at))

    def _polite_script(self, count: int) -> Script:
        at, steps = 30.0, list[Step]()
        for _ in range(count):
            at += self._draw(LONG_PAUSES)
            steps.append(self._draw(POLITE_SCENES)(self, at, 0))
        return tuple(steps)

    def _finale(self, at: float) -> Script:
        """Sometimes something falls just when all is shut down."""
        if self._draw(TEN) < 6:
            return ()
        at += self._draw(PAUSES)
        scenes = (self._draw(FALLS), self._draw(SHUTDOWNS))
        return tuple(scene(self, at, self._draw(CHECKPOINTS)) for scene in scenes)

    def name(self) -> str:
        return self._draw(self._names)

    def team(self) -> str:
        return self._draw(self._teams)

    def newcomer(self) -> Place:
        self._newcomers += 1
        return self._grower.leaf(f"x{self._newcomers}", is_service=self._draw(TEN) > 7)

    def call(self, at: float, checkpoints: int) -> Step:
        draw = self._draw
        return Call(
            draw(self._routes),
            draw(WORK),
            draw(PLAIN_ENDINGS if self._is_polite else ENDINGS),
            deadline=None if self._is_polite else draw(MAYBE_SHORT),
            leaves=None if self._is_polite else draw(MAYBE_SHORT),
            at=at,
            checkpoints=checkpoints,
        )

    def cast(self, at: float, checkpoints: int) -> Step:
        draw = self._draw
        return Cast(
            self.name(),
            draw(COUNTS),
            draw(WORK),
            draw(ENDINGS),
            draw(st.booleans()),
            at=at,
            checkpoints=checkpoints,
        )

    def start_child(self, at: float, checkpoints: int) -> Step:
        leaves = None if self._is_polite else self._draw(MAYBE_SHORT)
        team, place = self.team(), self.newcomer()
        return StartChild(team, place, leaves, at=at, checkpoints=checkpoints)

    def stop_child(self, at: float, checkpoints: int) -> Step:
        name = f"x{self._newcomers}" if self._newcomers and self._draw(TEN) > 4 else self.name()
        return StopChild(name, at=at, checkpoints=checkpoints)

    def hire(self, at: float, checkpoints: int) -> Step:
        name, team, place = self.name(), self.team(), self.newcomer()
        return Hire(name, team, place, at=at, checkpoints=checkpoints)


Scene = Callable[[Writer, float, int], Step]


def crash(writer: Writer, at: float, checkpoints: int) -> Step:
    return Crash(writer.name(), at=at, checkpoints=checkpoints)


def crash_errand(writer: Writer, at: float, checkpoints: int) -> Step:
    return CrashErrand(writer.name(), at=at, checkpoints=checkpoints)


def end(writer: Writer, at: float, checkpoints: int) -> Step:
    return End(writer.name(), at=at, checkpoints=checkpoints)


def stop(writer: Writer, at: float, checkpoints: int) -> Step:
    return Stop(writer.team(), at=at, checkpoints=checkpoints)


def hurry(writer: Writer, at: float, checkpoints: int) -> Step:
    return Hurry(writer.team(), at=at, checkpoints=checkpoints)


def cancel(_: Writer, at: float, checkpoints: int) -> Step:
    return CancelOutside(at=at, checkpoints=checkpoints)


def look(_: Writer, at: float, checkpoints: int) -> Step:
    return Look(at=at, checkpoints=checkpoints)


POLITE_SCENES: st.SearchStrategy[Scene] = one_of(
    *[crash] * 6,
    *[end] * 2,
    *[crash_errand] * 2,
    *[Writer.call] * 3,
    *[Writer.start_child] * 2,
    Writer.stop_child,
    stop,
    look,
)
SCENES: st.SearchStrategy[Scene] = one_of(
    *[crash] * 5,
    *[end] * 2,
    *[crash_errand] * 2,
    *[Writer.call] * 5,
    *[Writer.cast] * 3,
    *[Writer.start_child] * 2,
    *[Writer.stop_child] * 2,
    Writer.hire,
    stop,
    hurry,
    cancel,
    look,
)
FALLS: st.SearchStrategy[Scene] = one_of(crash, crash_errand, end)
SHUTDOWNS: st.SearchStrategy[Scene] = one_of(stop, hurry, cancel)
