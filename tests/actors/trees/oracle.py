"""Predicts what a script does to a tree, if everything settles before each next step."""

from .model import Answer, Model, Prediction, Spot
from .plan import (
    Call,
    CancelOutside,
    Cast,
    Crash,
    CrashErrand,
    End,
    Look,
    Script,
    Service,
    StartChild,
    Step,
    Stop,
    StopChild,
    Team,
    Worker,
    places,
)


class Unpredictable(Exception):
    """Things overlap, so that the order of what happens is nobody's promise."""


def predict(tree: Team, script: Script, end: float) -> Prediction | None:
    """What will be seen; None if nobody can know."""
    if any(isinstance(each, Worker) and (each.greets or each.thanks) for each in places(tree)):
        return None
    try:
        return Oracle(Model(tree)).follow(script, end)
    except Unpredictable:
        return None


class Oracle:
    """Does to the model what a stagehand does to a tree."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def follow(self, script: Script, end: float) -> Prediction:
        model = self._model
        if not model.start(model.root):
            model.told.outcome = "fell"
        for number, step in enumerate(script):
            self._wait_until(step.at)
            self._do(f"step {number}", step)
        self._wait_until(end)
        if model.root.is_alive:
            model.end(model.root)
        return model.told

    def _wait_until(self, at: float) -> None:
        if at <= self._model.now:
            raise Unpredictable
        self._model.now = at

    def _do(self, sender: str, step: Step) -> None:
        match step:
            case Crash(name) | End(name):
                self._make_fall(name, crashed=isinstance(step, Crash))
            case CrashErrand(name):
                self._crash_errand(name)
            case Call(deadline=None, leaves=None, ending="value" | "refuse" | "crash" | "end"):
                self._call(sender, step)
            case Cast(work=0, ending="value" | "refuse") | Look():
                pass
            case StartChild(leaves=None):
                self._start_child(step)
            case StopChild(name):
                self._stop_child(name)
            case Stop(name):
                self._stop(name)
            case CancelOutside():
                self._stop(self._model.root.name)
            case _:
                raise Unpredictable

    def _spot(self, name: str) -> Spot | None:
        return self._model.spots.get(name)

    def _make_fall(self, name: str, *, crashed: bool) -> None:
        spot = self._spot(name)
        if spot is not None and spot.is_alive and not isinstance(spot.plan, Team):
            self._model.fall(spot, crashed=crashed)

    def _crash_errand(self, name: str) -> None:
        spot = self._spot(name)
        match spot and spot.plan:
            case Service():
                self._make_fall(name, crashed=True)
            case Worker(enters=enters, errands=errands) if enters is not None and errands:
                self._make_fall(name, crashed=True)
            case _:
                pass

    def _start_child(self, step: StartChild) -> None:
        if step.place.name in self._model.spots:
            return
        team = self._model.spots[step.team]
        spot = self._model.add(step.place, team, is_declared=False)
        if team.is_alive and self._model.start(spot):
            team.children.append(spot)

    def _stop_child(self, name: str) -> None:
        spot = self._spot(name)
        if spot is None or spot.parent is None or spot not in spot.parent.children:
            return
        if spot.parent.is_alive and not spot.is_down:
            self._model.end(spot)
            self._model.put_down(spot)

    def _stop(self, name: str) -> None:
        spot = self._model.spots[name]
        if spot.is_alive:
            self._model.end(spot)
            self._model.see_end(spot, crashed=False)

    def _call(self, sender: str, step: Call) -> None:
        outcome, last = self._walk(step)
        self._model.told.answers.append(Answer(sender, outcome))
        if last is not None and step.ending in ("crash", "end"):
            self._model.fall(last, crashed=step.ending == "crash")

    def _walk(self, step: Call) -> tuple[str, Spot | None]:
        """What the first caller gets, and the last of the route if it is reached."""
        spot = None
        for index, name in enumerate(step.route):
            spot = self._spot(name)
            if spot is None or isinstance(spot.plan, Service) or name in step.route[:index]:
                return "value", None  # a handler that hears of a cycle is content
            if not spot.is_alive:
                return ("Refused" if index else "Unavailable"), None
            self._model.now += step.work
        if step.ending == "crash":
            return ("Unavailable" if len(step.route) == 1 else "Refused"), spot
        return ("Refused" if step.ending == "refuse" else "value"), spot
