"""A worktree that was removed comes back from the trash: its tree, what was changed and staged in
it, and the files that no commit had."""

import logging
import os
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import evolve

from actors import Refused
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import BadInput
from rdvd.ground.ids import new_id
from rdvd.ground.whole import whole_or_undone
from rdvd.trash import PlaceTaken, Restored, TrashEntry

from . import idle_refs, storage
from .finding import find_repository
from .finishing import finish, known_as, remove_empty
from .leftovers import holds_something
from .names import shortened
from .opened import Opened
from .remaking import remake
from .shop import Shop
from .stragglers import act_of
from .types import Added, Worktree

log = logging.getLogger("rdvd.worktrees")

KIND = "worktree"


async def bring_back(shop: Shop, opened: Opened, entry: TrashEntry, to: str | None) -> Restored:
    """The row says what was begun before anything is made, as it does for every other act."""
    told = entry.detail
    path = await trio.to_thread.run_sync(_free_place, to or told["path"])
    tree = _row(entry, opened, path)
    await shop.store.write(storage.begin, tree)
    targets: Mapping[int, Path] = {}
    async with whole_or_undone(lambda: _undo(shop, opened, tree, told, targets)):
        notes = await remake(opened, told, path, act_of(tree))
        listed = await opened.listed(path)
        await _fill(opened, told, path, act_of(tree))
        targets = await trio.to_thread.run_sync(_targets, entry, path)
        done = evolve(tree, stage="ready", branch=listed.branch, base=listed.head, entry=None)
        commit = partial(_end, tree=done, entry=entry)
        restored = await shop.trash.give_back(entry, targets, commit, below=path)
    shop.facts.publish(Added(done))
    return Restored((shortened(str(path)), *restored.places), restored.missing, notes)


def _end(db: sqlite3.Connection, tree: Worktree, entry: TrashEntry) -> None:
    storage.put(db, tree)
    idle_refs.note(db, entry)


async def undo_restoring(shop: Shop, opened: Opened, tree: Worktree) -> None:
    """After a kill. The trash has taken its files back by now; what it could not take stays where
    it is for another start. What else is there, and nowhere else, goes to the trash."""
    entry = await _entry_of(shop, tree)
    if entry is not None and entry.state != "kept":
        log.error("restored_tree_left", extra={"entry": entry.id, "path": tree.path})
        return
    if await known_as(opened, tree) is None:
        await trio.to_thread.run_sync(remove_empty, Path(tree.path))
        await shop.store.write(storage.forget, tree.id)
    elif entry is None or await holds_something(shop.git, entry.detail, Path(tree.path)):
        await finish(shop, opened, tree)
    else:
        await _remove(shop, opened, tree)


async def _entry_of(shop: Shop, tree: Worktree) -> TrashEntry | None:
    try:
        return await shop.trash.find(tree.entry or "", tree.user)
    except Refused:  # it has gone for ever since
        return None


async def _undo(
    shop: Shop, opened: Opened, tree: Worktree, told: Mapping[str, Any], targets: Mapping[int, Path]
) -> None:
    """The tree goes again, unless anything is in it that is nowhere else. Before it has `targets`,
    nothing but git has put anything there."""
    left = {"entry": tree.entry, "path": tree.path}
    if await trio.to_thread.run_sync(_any_there, targets):  # the next start of the trash goes on
        log.error("restored_tree_left", extra=left)
    elif targets and await holds_something(shop.git, told, Path(tree.path)):
        log.error("restored_tree_left", extra=left)
        await shop.store.write(storage.settle, tree)
    else:
        await _remove(shop, opened, tree)


async def _remove(shop: Shop, opened: Opened, tree: Worktree) -> None:
    words = ("worktree", "remove", "--force", "--force", tree.path)
    await opened.git.attempt(opened.found.home, *words)
    await shop.store.write(storage.forget, tree.id)


def _free_place(wanted: str) -> Path:
    """By the name that the repository will know it by."""
    if not wanted.startswith("/"):
        raise BadInput("to: an absolute path is needed, at which nothing is")
    path = Path(os.path.realpath(wanted))
    if os.path.lexists(wanted):
        raise PlaceTaken(f"{shortened(wanted)}: something is there already")
    return path


def _any_there(targets: Mapping[int, Path]) -> bool:
    return any(os.path.lexists(target) for target in targets.values())


async def _fill(
    opened: Opened, told: Mapping[str, Any], path: Path, mark: Mapping[str, str]
) -> None:
    """The files as they were, then what was staged."""
    await opened.git.run(path, "read-tree", "--reset", "-u", told["files"], variables=mark)
    await opened.git.run(path, "read-tree", told["index"], variables=mark)


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


def _row(entry: TrashEntry, opened: Opened, path: Path) -> Worktree:
    return Worktree(
        id=new_id(),
        user=entry.user,
        repository=str(opened.found.common),
        path=str(path),
        branch=entry.detail["branch"],
        stage="restoring",
        created=now_ms(),
        entry=entry.id,
    )
