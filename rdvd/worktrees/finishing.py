"""Ending what was cut off in the middle: by a kill, or because git could not go on.

Files go to the trash as they are, whatever they are; commits that only the tree knew of get a ref;
then the repository forgets it.
"""

import os
from pathlib import Path

import trio

from actors import Refused
from rdvd.ground.clock import now
from rdvd.trash import Parcel

from . import recovery, storage
from .accounting import account
from .losses import losses_of
from .names import readable, shortened
from .opened import Opened, open_repository
from .shop import Shop
from .types import Listed, Worktree


async def finish(shop: Shop, opened: Opened, tree: Worktree) -> tuple[str | None, str | None]:
    """Remove what there is of it. Safe to repeat. The recovery ref and the entry, if any."""
    home, path = opened.found.home, Path(tree.path)
    held, kept = await _keep_commits(opened, tree), None
    if await trio.to_thread.run_sync(os.path.lexists, path):
        detail = readable({"repository": tree.repository, "recovery": held})
        parcel = Parcel(tree.user, "file", tree.branch or path.name, tree.path, detail)
        kept = (await shop.trash.put(parcel, [path])).id
    await opened.git.attempt(home, "worktree", "remove", "--force", "--force", tree.path)
    await shop.store.write(storage.forget, tree.id)
    return held, kept


async def known_as(opened: Opened, tree: Worktree) -> Listed | None:
    """The line of the list that is this very tree, and not one that others have put there."""
    for each in await opened.worktrees():
        if each.path == tree.path and not each.is_main:
            return each
    return None


async def _keep_commits(opened: Opened, tree: Worktree) -> str | None:
    listed = await known_as(opened, tree)
    if listed is None or listed.admin is None:
        return None
    git_dir = opened.found.common / "worktrees" / listed.admin
    ref = recovery.name_of_ref(tree.path, now())
    return await recovery.keep_tips(opened, git_dir, ref, shortened(tree.path))


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


def remove_empty(path: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        path.rmdir()
