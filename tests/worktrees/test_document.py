"""docs/worktrees.md tells of every route, every loss and every code, and of no other."""

import re
from pathlib import Path
from typing import Any, cast, get_args

from rdvd.ground.errors import Problem
from rdvd.worktrees import Worktrees, problems
from rdvd.worktrees.routes import worktree_routes
from rdvd.worktrees.types import LossKind, ObstacleKind

DOCUMENT = (Path(__file__).parents[2] / "docs" / "worktrees.md").read_text()
ROW = re.compile(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) \S+)` \| (.+) \|$", re.MULTILINE)
KINDS = re.compile(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", re.MULTILINE)


def test_every_route_is_in_the_document_with_what_it_does():
    nobody = cast(Any, None)  # no route is asked here
    routes = worktree_routes(Worktrees(nobody, nobody, nobody))

    assert {route.name: route.summary for route in routes} == dict(ROW.findall(DOCUMENT))


def test_every_loss_and_obstacle_is_in_the_document():
    told = {each for row in KINDS.findall(DOCUMENT) for each in re.findall(r"`(\w+)`", row)}

    assert told == {*get_args(LossKind), *get_args(ObstacleKind)}


def test_every_code_is_in_the_document():
    codes = {
        each.code
        for each in vars(problems).values()
        if isinstance(each, type)
        and issubclass(each, Problem)
        and each.__module__.endswith("s.problems")
    }

    assert {code for code in codes if f"`{code}`" not in DOCUMENT} == set()
