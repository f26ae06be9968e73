"""After the daemon was away: what was begun and not ended is undone, or else brought to its end."""

import logging
import os
from pathlib import Path

import trio

from actors import Refused

from . import storage
from .accounting import account
from .adding import forget_branch
from .finishing import finish, known_as
from .losses import losses_of
from .opened import Opened, open_repository
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
        case "removing" | "ready":  # nothing of it has gone yet
            await shop.store.write(storage.settle, tree)
    log.info("worktree.settled", extra={"worktree": tree.id, "stage": tree.stage})


async def _undo_adding(shop: Shop, opened: Opened, tree: Worktree) -> None:
    """Whatever is in a directory that is no worktree of ours was not put there by this act."""
    listed = await known_as(opened, tree)
    if listed is not None and listed.branch == tree.branch:
        await finish(shop, opened, tree)
    else:
        await trio.to_thread.run_sync(_remove_empty, Path(tree.path))
        await shop.store.write(storage.forget, tree.id)
    await forget_branch(opened, tree)


def _remove_empty(path: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        path.rmdir()


async def _keep_promise(shop: Shop, opened: Opened, tree: Worktree) -> None:
    """It was made for a session: with that it stays, and so it does if somebody has used it."""
    if tree.session is not None and shop.lodgers.is_there(tree.session):
        await shop.store.write(storage.settle, tree)
    elif await is_untouched(shop, tree):
        await finish(shop, opened, tree)
        await forget_branch(opened, tree)
    else:
        await shop.store.write(storage.settle, tree)


async def is_untouched(shop: Shop, tree: Worktree) -> bool:
    """Nothing is in it but what we have put there, and nobody is."""
    if not await trio.to_thread.run_sync(os.path.lexists, tree.path):
        return True
    try:
        inside = await open_repository(shop.git, tree.path)
        listed = await inside.listed(Path(tree.path))
        facts = await account(inside, listed, is_ours=True, sessions=())
    except Refused:  # not even git can tell, so it is not for us to say
        return False
    ours = (*shop.settings.disposable, *(Path(name).name for name in shop.settings.copied))
    return not losses_of(facts, ours) and not facts.occupants
