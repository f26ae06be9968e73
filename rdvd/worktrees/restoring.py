"""A worktree that was removed comes back from the trash: its tree, what was changed and staged in
it, and the files that no commit had."""

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import trio

from actors import Refused
from rdvd.ground.clock import now_ms
from rdvd.ground.ids import new_id
from rdvd.trash import Restored, TrashEntry

from . import storage
from .finding import find_repository
from .names import shortened
from .opened import Opened, open_repository
from .recovery import files_tree
from .remaking import remake
from .shop import Shop
from .types import Added, Listed, Worktree

log = logging.getLogger("rdvd.worktrees")

KIND = "worktree"
UNDO_SECONDS = 15.0


async def bring_back(shop: Shop, opened: Opened, entry: TrashEntry, to: str | None) -> Restored:
    told = entry.detail
    path = Path(to or told["path"])
    notes = await remake(opened, told, path)
    targets: Mapping[int, Path] = {}
    is_done = False
    try:
        tree = _row(entry, opened, path, await opened.listed(path))
        await _fill(opened, told, path)
        targets = await trio.to_thread.run_sync(_targets, entry, path)
        restored = await shop.trash.give_back(
            entry, targets, lambda db: storage.begin(db, tree), below=path
        )
        is_done = True
    finally:
        if not is_done:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + UNDO_SECONDS):
                await _undo(shop, opened, entry, path, targets)
    shop.facts.publish(Added(tree))
    return Restored((shortened(str(path)), *restored.places), restored.missing, notes)


async def _undo(
    shop: Shop, opened: Opened, entry: TrashEntry, path: Path, targets: Mapping[int, Path]
) -> None:
    """The tree goes again, unless anything is in it that is nowhere else. Before it has `targets`,
    nothing but git has put anything there."""
    if targets and await _holds_something(shop, entry, path, targets):
        log.error("restored_tree_left", extra={"entry": entry.id, "path": str(path)})
        return
    words = ("worktree", "remove", "--force", str(path))
    await opened.git.attempt(opened.found.home, *words)


async def _holds_something(
    shop: Shop, entry: TrashEntry, path: Path, targets: Mapping[int, Path]
) -> bool:
    """Other than what the recovery ref has. Where it cannot be told, it does."""
    if await trio.to_thread.run_sync(_any_there, targets):
        return True
    try:
        inside = await open_repository(shop.git, str(path))
        status = await inside.status(ignored=True)
        files = await files_tree(inside, status, ())
    except Refused:
        return True
    return bool(status.untracked or status.ignored) or files != entry.detail["files"]


def _any_there(targets: Mapping[int, Path]) -> bool:
    return any(os.path.lexists(target) for target in targets.values())


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
