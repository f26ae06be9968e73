"""Thousands of random trees, random things done to them, and what must hold whatever happens.

RANDOM_TREES=100000 in the environment for more of them; `--log-cli-level=INFO` says what they were
like.
"""

import logging
import os
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, note, settings

import actors

from .trees import sabotage
from .trees.features import SHARES, features
from .trees.ledger import Ledger
from .trees.plan import Crash, End, Stop, Team, Worker
from .trees.play import play
from .trees.promises import PROMISES, Evidence, Promise
from .trees.strategies import Piece, pieces
from .trees.verdict import Broken, replay, source

log = logging.getLogger(__name__)
TREES = int(os.environ.get("RANDOM_TREES", "2000"))

random_trees = settings(
    max_examples=TREES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]  # its metaclass
)


def test_random_trees_keep_every_promise():
    found = Counter[str]()

    @random_trees
    @given(pieces())
    def check(piece: Piece) -> None:
        note(source(piece.tree, piece.script, piece.seed))
        ledger = replay(piece.tree, piece.script, piece.seed)
        for feature in (*features(piece.tree, piece.script, ledger), "a tree"):
            found[feature] += 1

    check()
    shares = {feature: found[feature] / found["a tree"] for feature in SHARES}
    log.info("%d trees: %s", found["a tree"], {f: f"{shares[f]:.0%}" for f in SHARES})
    dull = [f for f in SHARES if shares[f] < SHARES[f]]
    assert not dull or TREES < 1000, {feature: shares[feature] for feature in dull}


# What follows shows that the checks can fail.


def replace_in_the_kit(monkeypatch: pytest.MonkeyPatch, name: str, doctored: object) -> None:
    """Wherever the kit has imported it to."""
    for path, module in list(sys.modules.items()):
        if path.startswith("actors.") and hasattr(module, name):
            monkeypatch.setattr(module, name, doctored)


def fall_alone(strategy: str, children: object, fallen: object) -> list[object]:
    return [fallen]


def test_a_kit_that_restarts_the_wrong_children_is_found_and_its_script_repeats_it(
    monkeypatch: pytest.MonkeyPatch,
):
    replace_in_the_kit(monkeypatch, "fallen_with", fall_alone)

    @settings(random_trees, max_examples=1000, report_multiple_bugs=False)
    @given(pieces())
    def check(piece: Piece) -> None:
        replay(piece.tree, piece.script, piece.seed)

    with pytest.raises(Broken) as found:
        check()
    program = str(found.value).partition("\n\n")[2]
    assert program.startswith("from tests.actors.trees import *\n\nreplay(")
    with pytest.raises(Broken, match="the model"):
        exec(program, {})


ONE = Team("root", (Worker("a", "transient", enters=0.5, leaves=0.5), Worker("b")))


def never_waits(*_: object) -> float:
    return 0


def always_restarts(*_: object, crashed: bool) -> bool:
    return True


@pytest.mark.parametrize(
    ("name", "doctored", "steps"),
    [
        ("may_restart", always_restarts, (End("a", at=10),)),
        ("fallen_with", fall_alone, (Crash("a", at=10),)),
    ],
)
def test_a_doctored_policy_is_found(
    name: str,
    doctored: Callable[..., object],
    steps: tuple[Crash | End, ...],
    monkeypatch: pytest.MonkeyPatch,
):
    tree = Team("root", ONE.children, strategy="one_for_all")
    replay(tree, steps)
    replace_in_the_kit(monkeypatch, name, doctored)

    with pytest.raises(Broken, match="the model"):
        replay(tree, steps)


def test_a_back_off_that_does_not_wait_is_found(monkeypatch: pytest.MonkeyPatch):
    steps = (Crash("a", at=10), Crash("a", at=20))
    replay(ONE, steps)
    monkeypatch.setattr(actors.Patience, "delay", never_waits)

    with pytest.raises(Broken, match="the model"):
        replay(ONE, steps)


def test_a_tree_that_does_not_end_is_found(monkeypatch: pytest.MonkeyPatch):
    replay(ONE, [Stop("root", at=10)])
    monkeypatch.setattr(actors.Supervisor, "stop", never_waits)

    with pytest.raises(Broken, match="hung"):
        replay(ONE, [Stop("root", at=10)])


@pytest.mark.parametrize(("promise", "break_it"), sabotage.SABOTAGES)
def test_a_promise_that_is_broken_is_found(promise: Promise, break_it: Callable[[Ledger], None]):
    ledger = play(sabotage.TREE, sabotage.SCRIPT)
    evidence = Evidence(sabotage.TREE, sabotage.SCRIPT, ledger)
    assert list(promise(evidence)) == []

    break_it(ledger)

    assert list(promise(evidence)) != []


def test_every_promise_has_a_sabotage_that_shows_it_bites():
    assert {promise for promise, _ in sabotage.SABOTAGES} == set(PROMISES)
