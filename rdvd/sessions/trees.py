"""Sessions and the worktrees that are made for them: both are there, or neither is."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import trio
from attrs import evolve

from actors import Refused
from rdvd.ground.errors import Conflict
from rdvd.identity import SessionId
from rdvd.worktrees import NewTree, Removal, WouldLose

from .shop import Shop
from .types import Order, Session

PROMISE_SECONDS = 60.0
OWN = {"session", "process"}  # in the way of removing its tree until it is closed


class NoWorktree(Conflict):
    """None was made for it."""

    code = "NO_WORKTREE"


@asynccontextmanager
async def standing(shop: Shop, id: SessionId, order: Order) -> AsyncGenerator[Order, None]:
    """The same order, in the worktree that it asks for. If the session is not there after the
    block, neither is the worktree; whoever is cancelled waits for that."""
    wanted = order.worktree
    if wanted is None:
        yield order
        return
    repository = order.directory or str(shop.settings.start_directory)
    new = NewTree(order.user, repository, wanted.branch, wanted.base, session=id)
    try:
        made = (await shop.worktrees.add(new)).worktree
        yield evolve(order, directory=made.path, branch=made.branch)
    finally:
        with (
            trio.CancelScope(shield=True, deadline=trio.current_time() + PROMISE_SECONDS),
            suppress(Refused),  # there was none to make; what is left over the next start finds
        ):
            await shop.worktrees.keep_promise(id, repository)


async def check_tree(shop: Shop, session: Session) -> Removal:
    """How its worktree is to be removed once it is closed; a refusal if something would be lost."""
    tree = await shop.worktrees.of_session(session.id)
    if tree is None:
        raise NoWorktree("no worktree of ours belongs to it")
    order = Removal(session.user, tree.path)
    told = await shop.worktrees.remove(evolve(order, dry_run=True))
    if told.losses or any(each.kind not in OWN for each in told.obstacles):
        raise WouldLose(
            "its worktree holds what would be lost: it was not closed",
            losses=list(told.losses),
            obstacles=list(told.obstacles),
        )
    return order
