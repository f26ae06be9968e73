"""From an order for a worktree to what exactly is to be made; nothing is changed here."""

import os
from pathlib import Path

import trio
from attrs import frozen

from .names import check_branch, shortened
from .opened import Opened, in_thread
from .places import default_places
from .problems import BranchExists, BranchInUse, NoBase, NoRepository, PathTaken
from .types import Found, Listed, NewTree


@frozen
class Plan:
    """`words`: for `git worktree add`. `base`: the commit that it will begin at."""

    path: Path
    branch: str
    base: str
    words: tuple[str, ...]
    creates_branch: bool
    notes: tuple[str, ...] = ()


@frozen
class _Start:
    base: str
    follows: str | None = None  # the branch of the remote that it tracks


async def make_plan(opened: Opened, order: NewTree) -> Plan:
    branch = check_branch(order.branch)
    listed = await opened.worktrees()
    _refuse_one_in_use(listed, branch)
    path = await _place(opened.found, order, listed)
    head = await in_thread(_resolve, opened.found, f"refs/heads/{branch}")
    if head is None:
        start = await _start(opened, order)
        tracks = ("--track", "-b") if start.follows else ("--no-track", "-b")
        words = (*tracks, branch, str(path), start.follows or start.base)
        return Plan(path, branch, start.base, words, creates_branch=True)
    if order.must_create:
        raise BranchExists(f"there is a branch {shortened(branch)} already")
    notes = (f"{branch} was there already, and begins where it was",) if order.base else ()
    return Plan(path, branch, head, (str(path), branch), creates_branch=False, notes=notes)


def _refuse_one_in_use(listed: list[Listed], branch: str) -> None:
    for each in listed:
        if each.branch == branch and not each.is_bare:
            where = shortened(each.path)
            lost = ", which is gone: `rdv worktree cleanup` forgets it" if each.is_missing else ""
            raise BranchInUse(
                f"{shortened(branch)} is checked out in {where}{lost}", worktree=where
            )


async def _place(found: Found, order: NewTree, listed: list[Listed]) -> Path:
    if order.path is not None:
        return await trio.to_thread.run_sync(_checked_place, order.path)
    known = {each.path for each in listed}
    places = default_places(found.main or found.common, order.branch)
    return await trio.to_thread.run_sync(
        lambda: next(each for each in places if _is_free(each, known))
    )


def _is_free(path: Path, known: set[str]) -> bool:
    """A worktree that is missing still has its place: it may be on a disk that comes back."""
    return str(path) not in known and not os.path.lexists(path)


def _checked_place(path: str) -> Path:
    place = Path(os.path.normpath(path))
    if not place.is_absolute() or "\0" in path:
        raise NoRepository(f"worktree_path {shortened(path)!r}: an absolute path is needed")
    if os.path.lexists(place):
        raise PathTaken(f"{shortened(path)}: something is there already")
    try:
        return place.parent.resolve(strict=True) / place.name
    except OSError as error:
        above = shortened(str(place.parent))
        raise NoRepository(f"{above}: {error.strerror}; a worktree goes into it") from error


async def _start(opened: Opened, order: NewTree) -> _Start:
    if order.base is not None:
        return await _preferred(opened, order.base)
    follows = await in_thread(_remote_branch, opened.found, order.branch)
    if follows is not None:
        commit = await opened.resolve(f"refs/remotes/{follows}")
        if commit is not None:
            return _Start(commit, follows)
    commit = await opened.resolve("HEAD")
    if commit is None:
        raise NoBase("the repository has no commit yet: make one first, then a worktree of it")
    return _Start(commit)


async def _preferred(opened: Opened, base: str) -> _Start:
    """What the remote has of it, unless ours is that and more."""
    ours = await opened.resolve(base)
    theirs = await opened.resolve(f"refs/remotes/origin/{base}")
    if ours is None and theirs is None:
        raise NoBase(f"there is no commit, branch or tag {shortened(base)!r} to begin at")
    if ours is None or theirs is None:
        return _Start(ours or theirs or "")
    words = ("merge-base", "--is-ancestor", theirs, ours)
    has_all = (await opened.git.attempt(opened.found.home, *words)).code == 0
    return _Start(ours if has_all else theirs)


def _resolve(found: Found, ref: str) -> str | None:
    from .reading import reader_of  # lazy: dulwich is 10 MiB that an idle daemon can do without

    return reader_of(found).resolve(ref)


def _remote_branch(found: Found, branch: str) -> str | None:
    from .reading import reader_of  # lazy: as above

    return reader_of(found).remote_branch(branch)
