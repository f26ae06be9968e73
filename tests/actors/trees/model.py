"""What supervision does, as its specification tells it: one thing after another, and no tasks."""

from collections import Counter

from attrs import Factory, define, field, frozen

from .ledger import Record, Seen
from .plan import Place, Service, Team, Worker


@define(eq=False)
class Spot:
    """A place as the model sees it."""

    plan: Place
    parent: "Spot | None"
    is_declared: bool = True
    is_alive: bool = False
    is_down: bool = False
    children: "list[Spot]" = Factory(list["Spot"])
    tally: list[float] = Factory(list[float])

    @property
    def name(self) -> str:
        return self.plan.name


@frozen
class Answer:
    """How a call of the script ends."""

    sender: str
    outcome: str


@define
class Prediction:
    seen: list[Seen] = Factory(list[Seen])
    restarting: list[Record] = Factory(list[Record])
    gave_up: list[Record] = Factory(list[Record])
    restarts: Counter[str] = field(factory=Counter[str])
    answers: list[Answer] = Factory(list[Answer])
    outcome: str = "ended"


class Model:
    """A tree in which one thing happens at a time; `now` is when all that it caused has settled."""

    def __init__(self, tree: Team) -> None:
        self.now = 0.0
        self.told = Prediction()
        self.spots: dict[str, Spot] = {}
        self._lives = Counter[str]()
        self.root = self.add(tree, None)

    def add(self, plan: Place, parent: Spot | None, *, is_declared: bool = True) -> Spot:
        spot = self.spots[plan.name] = Spot(plan, parent, is_declared)
        for child in plan.children if isinstance(plan, Team) else ():
            spot.children.append(self.add(child, spot))
        return spot

    # Starting and ending

    def _note(self, kind: str, spot: Spot) -> None:
        life = self._lives[spot.name]
        self.told.seen.append(Seen(kind, spot.name, life, self.now))

    def start(self, spot: Spot) -> bool:
        """Whether it came up."""
        spot.is_down = False
        plan = spot.plan
        if isinstance(plan, Team):
            return self._start_team(spot)
        self._lives[spot.name] += 1
        self._note("enter", spot)
        self.now += (plan.enters or 0) if isinstance(plan, Worker) else plan.readies
        spot.is_alive = self._lives[spot.name] not in plan.fails
        self._note("up" if spot.is_alive else "gone", spot)
        return spot.is_alive

    def _start_team(self, team: Spot) -> bool:
        team.is_alive = True
        team.tally.clear()
        team.children = [child for child in team.children if child.is_declared]
        for child in team.children:
            child.is_down = False
        if all(self.start(child) for child in team.children):
            return True
        self.end(team)
        return False

    def end(self, spot: Spot) -> None:
        """Politely, below first."""
        if not spot.is_alive:
            return
        match spot.plan:
            case Team():
                for child in reversed(spot.children):
                    self.end(child)
                spot.is_alive = False
            case Service(lingers=lingers):
                self._leave(spot, lingers)
            case Worker(leaves=leaves):
                self._leave(spot, leaves)

    def _leave(self, spot: Spot, seconds: float) -> None:
        spot.is_alive = False
        assert not isinstance(spot.plan, Team)
        if isinstance(spot.plan, Worker) and spot.plan.enters is None:
            return
        self._note("leave", spot)
        self.now += min(seconds, spot.plan.grace)
        self._note("gone", spot)

    # What supervision does about an end

    def fall(self, spot: Spot, *, crashed: bool) -> None:
        """One life ends by itself."""
        plan = spot.plan
        if isinstance(plan, Worker):
            self._leave(spot, plan.leaves)
            bites = plan.falls_leaving and plan.enters is not None and plan.leaves < plan.grace
            crashed = crashed or bites
        else:
            self._leave(spot, 0)
        self.see_end(spot, crashed=crashed)

    def see_end(self, spot: Spot, *, crashed: bool) -> None:
        if spot.parent is None:
            self.told.outcome = "gave up" if crashed else "ended"
        elif spot.plan.restart == "permanent" or (crashed and spot.plan.restart == "transient"):
            self._restart(spot.parent, spot)
        else:
            self.put_down(spot)

    def put_down(self, spot: Spot) -> None:
        spot.is_down = True
        if not spot.is_declared and spot.parent is not None:
            spot.parent.children.remove(spot)

    def _restart(self, team: Spot, fallen: Spot) -> None:
        """Until all are up again, or patience is at its end."""
        pending: list[Spot] = []
        while True:
            delay = self._delay(team)
            if delay is None:
                self._give_up(team)
                return
            group = self._group(team, fallen)
            self._end_group(group, fallen)
            pending = [each for each in team.children if each in group or each in pending]
            pending = [each for each in pending if not each.is_down]
            self._announce([each for each in pending if each in group], delay)
            self.now += delay
            failed = self._start_pending(pending)
            if failed is None:
                return
            fallen = failed

    def _delay(self, team: Spot) -> float | None:
        assert isinstance(team.plan, Team)
        patience = team.plan.patience
        recent = [at for at in team.tally if at > self.now - patience.window]
        if len(recent) >= patience.restarts:
            return None
        team.tally[:] = [*recent, self.now]
        if not recent:
            return 0
        return min(patience.first_delay * 2 ** (len(recent) - 1), patience.longest_delay)

    def _group(self, team: Spot, fallen: Spot) -> list[Spot]:
        assert isinstance(team.plan, Team)
        match team.plan.strategy:
            case "one_for_one":
                return [fallen]
            case "one_for_all":
                return list(team.children)
            case "rest_for_one":
                return team.children[team.children.index(fallen) :]

    def _end_group(self, group: list[Spot], fallen: Spot) -> None:
        for each in reversed(group):
            self.end(each)
            if each.plan.restart == "temporary" and not each.is_down:
                self.put_down(each)

    def _announce(self, group: list[Spot], delay: float) -> None:
        for each in group:
            self.told.restarting.append(Record("restarting", each.name, self.now, delay))

    def _start_pending(self, pending: list[Spot]) -> Spot | None:
        """The one that did not come up, if any; it and those behind it stay pending."""
        while pending:
            each = pending.pop(0)
            self.told.restarts[each.name] += 1
            if not self.start(each):
                return each
        return None

    def _give_up(self, team: Spot) -> None:
        self.told.gave_up.append(Record("gave_up", team.name, self.now))
        self.end(team)
        self.see_end(team, crashed=True)
