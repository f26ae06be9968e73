"""Locking a worktree: git's own word that it must not go, whether its disk is there or not."""

from pathlib import Path

from rdvd.ground.errors import BadInput
from rdvd.identity import UserId

from .names import shortened
from .opened import Opened
from .problems import IsLocked, MainTree, NotLocked
from .shop import Shop
from .types import Listed, Locked


async def lock(shop: Shop, opened: Opened, user: UserId, path: str, reason: str) -> Listed:
    """A lock that is there is left as it is, for its reason is somebody's word."""
    if not reason.isprintable():
        raise BadInput("reason: one line of text, without anything that terminals obey")
    listed = await _linked(opened, path)
    if listed.lock is not None:
        raise IsLocked(f"{shortened(listed.path)} is locked already{_why(listed)}")
    await opened.git.run(
        opened.found.home, "worktree", "lock", f"--reason={reason}", "--", listed.path
    )
    shop.facts.publish(Locked(user, listed.path, reason))
    return await _linked(opened, path)


async def unlock(shop: Shop, opened: Opened, user: UserId, path: str) -> Listed:
    listed = await _linked(opened, path)
    if listed.lock is None:
        raise NotLocked(f"{shortened(listed.path)} is not locked")
    await opened.git.run(opened.found.home, "worktree", "unlock", "--", listed.path)
    shop.facts.publish(Locked(user, listed.path, None))
    return await _linked(opened, path)


async def _linked(opened: Opened, path: str) -> Listed:
    """As git lists it: the directory itself may be away."""
    listed = await opened.listed(Path(path))
    if listed.is_main:
        raise MainTree(f"{shortened(listed.path)} is the main worktree, which never goes anyway")
    return listed


def _why(listed: Listed) -> str:
    return f": {shortened(listed.lock)}" if listed.lock else ""
