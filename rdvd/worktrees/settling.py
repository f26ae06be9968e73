"""After the daemon was away: what was begun and not ended is undone, or else brought to its end."""

import logging
from pathlib import Path

import trio

from . import storage
from .adding import forget_branch
from .finishing import finish, is_untouched, known_as, remove_empty
from .opened import Opened
from .restoring import undo_restoring
from .shop import Shop
from .stragglers import end_stragglers
from .types import Worktree

log = logging.getLogger("rdvd.worktrees")


async def settle(shop: Shop, opened: Opened, tree: Worktree) -> None:
    await trio.to_thread.run_sync(end_stragglers, tree.id)
    match tree.stage:
        case "adding":
            await _undo_adding(shop, opened, tree)
        case "pledged":
            await _keep_promise(shop, opened, tree)
        case "deleting":
            await finish(shop, opened, tree)
        case "restoring":
            await undo_restoring(shop, opened, tree)
        case "removing" | "ready":  # nothing of it has gone yet
            await shop.store.write(storage.settle, tree)
    log.info("worktree.settled", extra={"worktree": tree.id, "stage": tree.stage})


async def _undo_adding(shop: Shop, opened: Opened, tree: Worktree) -> None:
    """Whatever is in a directory that is no worktree of ours was not put there by this act."""
    listed = await known_as(opened, tree)
    if listed is not None and listed.branch == tree.branch:
        await finish(shop, opened, tree)
    else:
        await trio.to_thread.run_sync(remove_empty, Path(tree.path))
        await shop.store.write(storage.forget, tree.id)
    await forget_branch(opened, tree)


async def _keep_promise(shop: Shop, opened: Opened, tree: Worktree) -> None:
    """It was made for a session: with that it stays, and so it does if somebody has used it."""
    if tree.session is not None and shop.lodgers.is_there(tree.session):
        await shop.store.write(storage.settle, tree)
    elif await is_untouched(shop, tree):
        await finish(shop, opened, tree)
        await forget_branch(opened, tree)
    else:
        await shop.store.write(storage.settle, tree)
