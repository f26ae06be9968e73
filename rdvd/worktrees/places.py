"""Where a new worktree goes if nobody says where: beside its repository. Pure."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

LONGEST_SLUG = 80
UNPLAIN = re.compile(r"[^\w.-]+", re.ASCII)


def default_places(beside: Path, branch: str) -> Iterator[Path]:
    """The first of these that is free. `feature/a` and `feature-a` look alike, so there are more.

    `beside` is the main worktree, or the repository itself where it is bare.
    """
    name = beside.name.removesuffix(".git") or "repository"
    plain = f"{name}-{slug(branch)}"
    yield beside.parent / plain
    for number in count(2):
        yield beside.parent / f"{plain}-{number}"


def slug(branch: str) -> str:
    """Letters, digits, dots and dashes: what needs no quotes in any shell."""
    return UNPLAIN.sub("-", branch)[:LONGEST_SLUG].strip("-.") or "branch"
