"""Worktrees that nobody seems to need any more: found, and, if somebody says so, removed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import trio
from attrs import evolve

from actors import Refused
from rdvd.identity import UserId

from . import storage
from .accounting import account
from .applied import is_applied
from .finishing import finish
from .losses import losses_of, obstacles_of
from .opened import Opened, open_repository
from .removal import remove, ways_back
from .shop import Shop
from .types import Candidate, Gone, Listed, Obstacle, Removal, Removed, Worktree


async def find_candidates(shop: Shop, opened: Opened) -> list[Candidate]:
    rows = await shop.store.read(storage.of_repository, str(opened.found.common))
    known = {row.path: row for row in rows}
    base = await opened.default_base()
    found = [await _judge(shop, opened, each, known.get(each.path), base) for each in
             await opened.worktrees() if not each.is_main]  # fmt: skip
    return [each for each in found if each is not None]


async def remove_candidates(
    shop: Shop, opened: Opened, user: UserId, found: Sequence[Candidate]
) -> list[Removed]:
    """Each by the guarded removal, which looks again; what refuses now stays."""
    done: list[Removed] = []
    for each in found:
        if each.is_removable:
            try:
                done.append(await _remove(shop, opened, user, each))
            except Refused:
                continue
    return done


async def _remove(shop: Shop, opened: Opened, user: UserId, each: Candidate) -> Removed:
    if each.why != "missing":
        inside = await open_repository(shop.git, each.path)
        delete_branch = each.why == "merged"
        return await remove(shop, inside, Removal(user, each.path, delete_branch=delete_branch))
    return await forget_missing(shop, opened, user, each.path, each.branch)


async def forget_missing(
    shop: Shop, opened: Opened, user: UserId, path: str, branch: str | None
) -> Removed:
    """Its directory is gone; what it alone knew of is held by a ref before it is forgotten."""
    row = await shop.store.read(storage.at, path)
    tree = row or Worktree(
        id="", user=user, repository=str(opened.found.common), path=path, branch=branch,
        stage="ready", created=0,
    )  # fmt: skip
    held, kept = await finish(shop, opened, tree)
    trash = () if kept is None else (kept,)
    removed = Removed(
        path, branch, (), recovery=held, trash=trash,
        ways_back=ways_back(path, branch, held, trash),
    )  # fmt: skip
    shop.facts.publish(Gone(removed, user))
    return removed


async def _judge(
    shop: Shop, opened: Opened, listed: Listed, row: Worktree | None, base: str | None
) -> Candidate | None:
    if listed.is_missing:
        return _missing(listed)
    why = await _why_merged(opened, listed, row, base)
    if why is None and _is_orphan(shop, row):
        why = "orphan"
    if why is None:
        return None
    inside = await open_repository(shop.git, listed.path)
    living_in = shop.lodgers.living_in
    lodgers = await trio.to_thread.run_sync(living_in, Path(listed.path))
    facts = await account(
        inside,
        listed,
        is_ours=row is not None,
        sessions=lodgers,
        copied=shop.settings.copied,
    )
    losses, obstacles = losses_of(facts, shop.settings.disposable), obstacles_of(facts)
    return Candidate(
        path=listed.path,
        branch=listed.branch,
        why=why,
        is_removable=not losses and not obstacles,
        losses=losses,
        obstacles=obstacles,
    )


def _missing(listed: Listed) -> Candidate:
    found = Candidate(listed.path, listed.branch, "missing", is_removable=listed.lock is None)
    if listed.lock is None:
        return found
    return evolve(found, obstacles=(Obstacle("locked", f"it is locked: {listed.lock}"),))


def _is_orphan(shop: Shop, row: Worktree | None) -> bool:
    return row is not None and row.session is not None and not shop.lodgers.is_there(row.session)


async def _why_merged(
    opened: Opened, listed: Listed, row: Worktree | None, base: str | None
) -> Literal["merged", "applied"] | None:
    """Something was committed on it, and the base has all of that. A branch that still is where it
    began has been merged by nobody: somebody is about to use it."""
    if base is None or listed.head is None or listed.branch in (None, base):
        return None
    if row is not None and listed.head == row.base:
        return None
    tip = await opened.resolve(base)
    if tip is None or tip == listed.head:
        return None
    words = ("merge-base", "--is-ancestor", listed.head, tip)
    if (await opened.git.attempt(opened.found.home, *words)).code == 0:
        return "merged"
    return "applied" if await is_applied(opened, listed.head, tip) else None
