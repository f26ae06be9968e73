"""Plays a script, compares with the promises and the model, and prints what repeats it."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import attrs

from .ledger import Ledger, Record, Seen
from .model import Prediction
from .oracle import predict
from .plan import Script, Step, Team
from .play import end_of, play
from .promises import Evidence, complaints

TOLERANCE = 1e-6


class Broken(AssertionError):
    """A promise was broken."""


def replay(tree: Team, script: Sequence[Step], seed: int = 0) -> Ledger:
    """Play it and raise `Broken`, with its complaints and its source, if a promise is broken."""
    script = tuple(script)
    ledger = play(tree, script, seed)
    prediction = predict(tree, script, end_of(script))
    found = complaints(Evidence(tree, script, ledger))
    if prediction is not None:
        found += disagreements(prediction, ledger)
    if found:
        raise Broken("\n".join([*found, "", source(tree, script, seed)]))
    return ledger


def disagreements(prediction: Prediction, ledger: Ledger) -> Iterator[str]:
    """Where what was seen differs from what the model told."""
    if prediction.outcome != ledger.outcome:
        yield f"the tree {ledger.outcome}; the model: it {prediction.outcome}"
    yield from first_difference("lives", prediction.seen, ledger.seen)
    of_event = {
        event: [record for record in ledger.records if record.event == event]
        for event in ("restarting", "gave_up")
    }
    yield from first_difference("restarts", prediction.restarting, of_event["restarting"])
    yield from first_difference("giving up", prediction.gave_up, of_event["gave_up"])
    for name, count in ledger.restarts.items():
        if count != prediction.restarts[name]:
            yield f"{name} counts {count} restarts; the model: {prediction.restarts[name]}"
    yield from _other_answers(prediction, ledger)


def _other_answers(prediction: Prediction, ledger: Ledger) -> Iterator[str]:
    for answer in prediction.answers:
        calls = (m for m in ledger.messages if m.sender == answer.sender and not m.is_cast)
        first = next(calls, None)
        outcome = "value" if first is None else first.outcomes[0]
        if outcome != answer.outcome:
            yield f"{answer.sender} was answered {outcome}; the model: {answer.outcome}"


def first_difference(
    what: str, told: Sequence[Seen | Record], seen: Sequence[Seen | Record]
) -> Iterator[str]:
    for index, (mine, theirs) in enumerate(zip_longest(told, seen)):
        if mine is None or theirs is None or not agree(mine, theirs):
            yield f"{what}, number {index}: {theirs}; the model: {mine}"
            return


def agree(mine: Seen | Record, theirs: Seen | Record) -> bool:
    """Whether all is the same but for what floating point does to moments."""
    facts = zip(attrs.astuple(mine), attrs.astuple(theirs), strict=True)
    return all(
        abs(one - other) < TOLERANCE if isinstance(one, float | int) else one == other
        for one, other in facts
    )


def source(tree: Team, script: Script, seed: int) -> str:
    """A program that plays this once more."""
    steps = "".join(f"        {source_of(step)},\n" for step in script)
    return (
        "from tests.actors.trees import *\n\n"
        f"replay(\n    {source_of(tree)},\n    [\n{steps}    ],\n    seed={seed},\n)"
    )


def source_of(value: object) -> str:
    """Its repr without what goes without saying."""
    if isinstance(value, tuple):
        inner = "".join(f"{source_of(each)}, " for each in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return f"({inner.rstrip()})"
    if not attrs.has(type(value)):
        return repr(value)
    said = ((f.name, getattr(value, f.name), f.default) for f in attrs.fields(type(value)))
    facts = (f"{name}={source_of(fact)}" for name, fact, default in said if fact != default)
    return f"{type(value).__name__}({', '.join(facts)})"
