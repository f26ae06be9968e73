"""A worktree that was removed comes back from the trash: its tree, what was changed and staged in
it, and the files that no commit had."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import trio

from rdvd.ground.clock import now_ms
from rdvd.ground.ids import new_id
from rdvd.trash import PlaceGone, PlaceTaken, Restored, TrashEntry

from . import storage
from .finding import find_repository
from .names import shortened
from .opened import Opened
from .problems import GitFailed
from .shop import Shop
from .types import Added, Listed, Worktree

KIND = "worktree"
UNDO_SECONDS = 15.0


async def bring_back(shop: Shop, opened: Opened, entry: TrashEntry, to: str | None) -> Restored:
    told = entry.detail
    path = Path(to or told["path"])
    where = await _make(opened, told, path)
    is_done = False
    try:
        await _fill(opened, told, path)
        targets = await trio.to_thread.run_sync(_targets, entry, path)
        tree = _row(entry, opened, path, where)
        restored = await shop.trash.give_back(
            entry, targets, lambda db: storage.begin(db, tree), below=path
        )
        is_done = True
    finally:
        if not is_done:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + UNDO_SECONDS):
                words = ("worktree", "remove", "--force", str(path))
                await opened.git.attempt(opened.found.home, *words)
    shop.facts.publish(Added(tree))
    return Restored((shortened(str(path)), *restored.places), restored.missing)


async def _make(opened: Opened, told: Mapping[str, Any], path: Path) -> Listed:
    """On its branch, if that is there and free; else where it was."""
    if await trio.Path(path).exists():
        raise PlaceTaken(f"{shortened(str(path))}: something is there already")
    words = ["worktree", "add", str(path)]
    branch: str | None = told["branch"]
    is_used = branch in {each.branch for each in await opened.worktrees()}
    if branch and not is_used and await opened.resolve(f"refs/heads/{branch}"):
        words.append(branch)
    else:
        words[2:2] = ["--detach"]
        words.append(str(told["head"]))
    try:
        await opened.git.run(opened.found.home, *words)
    except GitFailed as problem:
        raise PlaceGone(f"the worktree cannot be made again: {problem.detail}") from problem
    return await opened.listed(path)


async def _fill(opened: Opened, told: Mapping[str, Any], path: Path) -> None:
    """The files as they were, then what was staged."""
    await opened.git.run(path, "read-tree", "--reset", "-u", told["files"])
    await opened.git.run(path, "read-tree", told["index"])


def _targets(entry: TrashEntry, path: Path) -> Mapping[int, Path]:
    """Where each thing belongs in the tree that was made anew, in a thread."""
    old = Path(entry.detail["path"])
    git_dir = find_repository(str(path)).git_dir
    targets = {
        item.number: path / item.origin.relative_to(old)
        if item.origin.is_relative_to(old)
        else git_dir / item.origin.name
        for item in entry.items
    }
    for target in targets.values():
        if target.is_dir() and not target.is_symlink():
            with suppress(OSError):  # it holds something
                target.rmdir()  # git makes a place for each submodule
    return targets


def _row(entry: TrashEntry, opened: Opened, path: Path, listed: Listed) -> Worktree:
    return Worktree(
        id=new_id(),
        user=entry.user,
        repository=str(opened.found.common),
        path=str(path),
        branch=listed.branch,
        stage="ready",
        created=now_ms(),
        base=listed.head,
    )
