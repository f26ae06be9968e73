"""The promises that hold whatever happens, checked when all is over."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from .ledger import Ledger, Lived
from .plan import Hurry, Place, Script, Stop, Team, newcomers, places

# What a handler did, when its caller got ...
GIVEN_BY = {"value": {"value"}, "Refused": {"refused"}, "Unavailable": {"crashed", None}}
CALLS_END = {"value", "Refused", "Unavailable", "CallCycle", "left"}


class Evidence:
    """A tree, what was done to it, and what was seen."""

    def __init__(self, tree: Team, script: Script, ledger: Ledger) -> None:
        self.tree = tree
        self.script = script
        self.ledger = ledger
        self.teams = [each for each in places(tree) if isinstance(each, Team)]
        self.lives = {(life.name, life.number): life for life in ledger.lives}
        self.is_hurried = any(isinstance(step, Hurry) for step in script)
        self.added = {place.name for _, place in newcomers(script)}


Promise = Callable[[Evidence], Iterator[str]]


def complaints(evidence: Evidence) -> list[str]:
    return [*evidence.ledger.complaints, *(c for each in PROMISES for c in each(evidence))]


def every_message_ends_once(evidence: Evidence) -> Iterator[str]:
    for message in evidence.ledger.messages:
        ends = {"landed", "Unavailable"} if message.is_cast else CALLS_END
        if len(message.outcomes) != 1 or message.outcomes[0] not in ends:
            yield f"{message} ended in {message.outcomes}"
        if message.begun > 1:
            yield f"{message} was begun {message.begun} times"
        if message.is_cast and message.begun and message.outcomes != ["landed"]:
            yield f"{message} was handled and had not landed"


def every_answer_is_what_the_handler_gave(evidence: Evidence) -> Iterator[str]:
    """To a caller without a deadline of somebody else's: one that is outside of the tree."""
    for message in evidence.ledger.messages:
        for outcome in message.outcomes:
            is_right = message.done in GIVEN_BY.get(outcome, {message.done})
            if message.sender.startswith("step") and not is_right:
                yield f"{message} was answered {outcome} by a handler: {message.done}"


def every_cast_is_handled_or_logged(evidence: Evidence) -> Iterator[str]:
    lost = Counter[str]()
    for message in evidence.ledger.messages:
        is_unread = message.outcomes == ["landed"] and not message.begun
        if message.is_cast and (is_unread or message.done == "refused"):
            lost[message.place] += 1
    logged = Counter(r.name for r in evidence.ledger.records if r.event == "refused_cast")
    if lost != logged:
        yield f"casts refused or left unread: {dict(lost)}; logged: {dict(logged)}"


def messages_of_one_sender_keep_their_order(evidence: Evidence) -> Iterator[str]:
    last: dict[tuple[str, str], int] = {}
    for message in evidence.ledger.begun:
        pair = (message.sender, message.place)
        if message.number < last.get(pair, -1):
            yield f"{message} was begun after message {last[pair]}"
        last[pair] = message.number


def lives_go_through_their_states_in_order(evidence: Evidence) -> Iterator[str]:
    follows = {"enter": {"up", "gone"}, "up": {"leave"}, "leave": {"gone"}}
    for life in evidence.ledger.lives:
        mine = [s for s in evidence.ledger.seen if (s.name, s.life) == (life.name, life.number)]
        for before, after in pairwise(mine):
            if after.kind not in follows.get(before.kind, set()):
                yield f"life {life.number} of {life.name}: {after.kind} after {before.kind}"


def first_lives_begin_in_order(evidence: Evidence) -> Iterator[str]:
    declared = [place.name for place in places(evidence.tree) if not isinstance(place, Team)]
    first = [s.name for s in evidence.ledger.seen if s.kind == "enter" and s.life == 1]
    first = [name for name in first if name in declared]
    if first != declared[: len(first)]:
        yield f"the first lives began as {first}"


def siblings_stop_in_reverse(evidence: Evidence) -> Iterator[str]:
    """Whoever is asked to leave leaves after all its later siblings are gone."""
    if evidence.is_hurried:
        return
    for team in evidence.teams:
        for index, place in enumerate(team.children):
            later = {below.name for each in team.children[index + 1 :] for below in places(each)}
            yield from _leaves_too_early(evidence.ledger, place, later)


def _leaves_too_early(ledger: Ledger, place: Place, later: set[str]) -> Iterator[str]:
    staying: dict[str, int] = {}
    lives = {life.number: life for life in ledger.lives if life.name == place.name}
    for seen in ledger.seen:
        if seen.name in later and seen.kind in ("up", "leave"):
            staying[seen.name] = seen.life
        elif seen.name in later:
            staying.pop(seen.name, None)
        elif seen.name == place.name and seen.kind == "leave" and was_asked(lives[seen.life]):
            staying = {n: life for n, life in staying.items() if tells_its_end(ledger, n)}
            for name in staying:
                yield f"{place.name} left politely at {seen.at:g} while {name} was there"


def was_asked(life: Lived) -> bool:
    return life.fate is None and not life.is_dismissed


def tells_its_end(ledger: Ledger, name: str) -> bool:
    """An actor without a lifespan does not tell when it is gone."""
    return any(seen.kind == "leave" and seen.name == name for seen in ledger.seen)


def earlier_siblings_are_up_when_a_group_starts(evidence: Evidence) -> Iterator[str]:
    for team in evidence.teams:
        if team.strategy != "one_for_one":
            for index, place in enumerate(team.children):
                yield from _starts_too_early(evidence, place, team.children[:index])


def _starts_too_early(
    evidence: Evidence, place: Place, earlier: tuple[Place, ...]
) -> Iterator[str]:
    names = {each.name for each in earlier if not isinstance(each, Team)}
    names -= {each.name for each in earlier if each.restart == "temporary"}
    latest: dict[str, tuple[str, int]] = {}
    for seen in evidence.ledger.seen:
        if seen.name in names:
            latest[seen.name] = (seen.kind, seen.life)
        elif seen.name == place.name and seen.kind == "enter":
            for name in names:
                kind, number = latest.get(name, ("absent", 0))
                life = evidence.lives.get((name, number))
                if kind != "up" and (life is None or was_asked(life)):
                    yield f"{place.name} started at {seen.at:g} while {name} was {kind}"


def giving_up_has_its_reasons(evidence: Evidence) -> Iterator[str]:
    """More ended below than the patience bears, each time."""
    gave_up = Counter(r.name for r in evidence.ledger.records if r.event == "gave_up")
    for team in evidence.teams:
        times, reasons = gave_up[team.name], _reasons(evidence, team)
        if reasons < times * (team.patience.restarts + 1):
            yield f"{team.name} gave up {times} times after {reasons} ends"


def _reasons(evidence: Evidence, team: Team) -> int:
    below = {place.name for place in places(team)} | evidence.added
    lives = [life for life in evidence.ledger.lives if life.name in below and life.fate]
    stops = [s for s in evidence.script if isinstance(s, Stop | Hurry) and s.name in below]
    grudges = [r for r in evidence.ledger.records if r.event == "gave_up" and r.name in below]
    return len(lives) + len(stops) + len(grudges)


PROMISES: tuple[Promise, ...] = (
    every_message_ends_once,
    every_answer_is_what_the_handler_gave,
    every_cast_is_handled_or_logged,
    messages_of_one_sender_keep_their_order,
    lives_go_through_their_states_in_order,
    first_lives_begin_in_order,
    siblings_stop_in_reverse,
    earlier_siblings_are_up_when_a_group_starts,
    giving_up_has_its_reasons,
)
