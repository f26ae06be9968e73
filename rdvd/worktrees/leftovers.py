"""What is in a tree that coming back from the trash has begun, and that is nowhere else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actors import Refused

from . import porcelain
from .git import Git
from .opened import STATUS, Opened, open_repository

INDEX = "rdvd-leftovers"
ALL = ("--untracked-files=all", "--ignored=matching")
UNTOUCHED = frozenset({".", "D"})  # a file that is not there yet holds nothing


async def holds_something(git: Git, told: Mapping[str, Any], path: Path) -> bool:
    """Other than what its commit has, or what was kept of its files. How far git has come with its
    own index plays no part. Where it cannot be told, it does."""
    try:
        inside = await open_repository(git, str(path))
        if inside.found.top != path:
            return True
        strange = await _differing(inside, told["files"])
        if strange and told["head"] is not None:
            strange &= await _differing(inside, told["head"])
    except (Refused, KeyError):
        return True
    return bool(strange)


async def _differing(inside: Opened, tree: str) -> frozenset[str]:
    """Every file that is not as this tree has it."""
    index = inside.found.git_dir / INDEX
    told = {"GIT_INDEX_FILE": str(index)}
    try:
        await inside.git.run(inside.top, "read-tree", tree, variables=told)
        status = await inside.git.run(inside.top, *STATUS, *ALL, variables=told)
    finally:
        index.unlink(missing_ok=True)
    found = porcelain.parse_status(status)
    changed = {each.path for each in found.changed if each.tree not in UNTOUCHED}
    return frozenset({*changed, *found.untracked, *found.ignored})
