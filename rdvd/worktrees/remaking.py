"""Making a worktree anew that was removed: on its branch, if that still is where it was then; else
at the commit where it was, with a word about why. A branch of others is never moved."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from rdvd.trash import PlaceGone

from . import recovery
from .names import shortened
from .opened import Opened
from .problems import GitFailed

SHORT = 12


@frozen
class Plan:
    """What `git worktree add` is to be told; `unborn`: the branch that no commit is on yet."""

    words: tuple[str, ...]
    unborn: str | None = None
    notes: tuple[str, ...] = ()


async def remake(
    opened: Opened, told: Mapping[str, Any], path: Path, mark: Mapping[str, str]
) -> tuple[str, ...]:
    """Its files are still those of the commit. What its owner should know of it. `mark`: by which
    the next start knows the programs of this act."""
    try:
        plan = await _plan(opened, told, path)
        words = ("worktree", "add", *plan.words)
        await opened.git.run(opened.found.home, *words, variables=mark)
        if plan.unborn is not None:
            await opened.git.run(path, "symbolic-ref", "HEAD", f"refs/heads/{plan.unborn}")
    except GitFailed as problem:
        raise PlaceGone(f"the worktree cannot be made again: {problem.detail}") from problem
    return plan.notes


async def _plan(opened: Opened, told: Mapping[str, Any], path: Path) -> Plan:
    branch: str | None = told["branch"]
    head: str | None = told["head"]
    if head is None:
        return await _plan_unborn(opened, told, path)
    if branch is None:
        return Plan(("--detach", str(path), head))
    tip = await opened.resolve(f"refs/heads/{branch}")
    if tip == head and branch not in await _checked_out(opened):
        return Plan((str(path), branch))
    why = _why(branch, tip, head)
    note = f"{why}: the worktree is at {head[:SHORT]}, where it was, and on no branch"
    return Plan(("--detach", str(path), head), notes=(note,))


def _why(branch: str, tip: str | None, head: str) -> str:
    if tip is None:
        return f"the branch {shortened(branch)} is no more"
    if tip == head:
        return f"the branch {shortened(branch)} is checked out elsewhere"
    return f"the branch {shortened(branch)} is at {tip[:SHORT]} now"


async def _plan_unborn(opened: Opened, told: Mapping[str, Any], path: Path) -> Plan:
    """git makes a worktree of a commit only; HEAD leaves that for the branch at once."""
    commit = await recovery.commit_of(opened, told["files"], "nothing yet")
    branch = str(told["branch"])
    free = await _free_name(opened, branch)
    note = f"there is a branch {shortened(branch)} now: the worktree begins {shortened(free)}"
    notes = () if free == branch else (note,)
    return Plan(("--detach", "--no-checkout", str(path), commit), free, notes)


async def _free_name(opened: Opened, branch: str) -> str:
    taken, name, number = await _checked_out(opened), branch, 1
    while name in taken or await opened.resolve(f"refs/heads/{name}") is not None:
        name = f"{branch}-restored" if number == 1 else f"{branch}-restored-{number}"
        number += 1
    return name


async def _checked_out(opened: Opened) -> set[str | None]:
    return {each.branch for each in await opened.worktrees()}
