"""What made a play interesting, so that it can be seen that enough of them were."""

from collections.abc import Iterator

from .ledger import Ledger
from .oracle import predict
from .plan import (
    Call,
    CancelOutside,
    Cast,
    Crash,
    CrashErrand,
    Hire,
    Hurry,
    Script,
    StartChild,
    Stop,
    Team,
    Worker,
    places,
)
from .play import end_of

# Each must be found in at least this share of all plays, or the strategies have become dull.
SHARES = {
    "was predicted by the model": 0.30,
    "nested supervisors": 0.30,
    "one restarted": 0.20,
    "a group restarted": 0.08,
    "somebody gave up": 0.12,
    "giving up climbed": 0.02,
    "a dynamic child lived": 0.08,
    "crash and shutdown at once": 0.08,
    "a cyclic call": 0.07,
    "a caller left": 0.03,
    "a cast stayed unread": 0.02,
    "a call from a lifespan": 0.04,
}


def features(tree: Team, script: Script, ledger: Ledger) -> Iterator[str]:
    """Why it was worth playing."""
    found = {
        "was predicted by the model": predict(tree, script, end_of(script)) is not None,
        "crash and shutdown at once": shuts_down_in_a_crash(script),
        "nested supervisors": any(isinstance(child, Team) for child in tree.children),
        **lives_found(tree, script, ledger),
        **messages_found(tree, ledger),
    }
    return (feature for feature, is_found in found.items() if is_found)


def shuts_down_in_a_crash(script: Script) -> bool:
    ends = {step.at for step in script if isinstance(step, Stop | Hurry | CancelOutside)}
    falls = {step.at for step in script if isinstance(step, Crash | CrashErrand)}
    falls |= {s.at for s in script if isinstance(s, Call | Cast) and s.ending == "crash"}
    return bool(ends & falls)


def lives_found(tree: Team, script: Script, ledger: Ledger) -> dict[str, bool]:
    restarts = [record for record in ledger.records if record.event == "restarting"]
    gave_up = [record for record in ledger.records if record.event == "gave_up"]
    added = {step.place.name for step in script if isinstance(step, StartChild | Hire)}
    return {
        "one restarted": bool(restarts),
        "a group restarted": len(restarts) > len({record.at for record in restarts}),
        "somebody gave up": bool(gave_up),
        "giving up climbed": len({record.name for record in gave_up}) > 1,
        "a dynamic child lived": any(s.kind == "up" and s.name in added for s in ledger.seen),
    }


def messages_found(tree: Team, ledger: Ledger) -> dict[str, bool]:
    workers = [each for each in places(tree) if isinstance(each, Worker)]
    polite = {each.name for each in workers if each.greets or each.thanks}
    outcomes = {outcome for message in ledger.messages for outcome in message.outcomes}
    unread = (m for m in ledger.messages if m.is_cast and not m.begun)
    return {
        "a cyclic call": "CallCycle" in outcomes,
        "a caller left": "left" in outcomes,
        "a cast stayed unread": any(m.outcomes == ["landed"] for m in unread),
        "a call from a lifespan": any(m.sender in polite for m in ledger.messages),
    }
