"""One git repository: everything that changes its worktrees happens here in turn, so that git
never races itself. Looking needs no turn."""

import trio

from actors import Actor, Refused
from rdvd.identity import SessionId, UserId
from rdvd.trash import Restored, TrashEntry

from . import adding, clearing, idle_refs, locking, removal, restoring, settling, storage
from .opened import Opened
from .rooms import Busy
from .shop import Shop
from .types import Candidate, Listed, Made, NewTree, Removal, Removed, Worktree


class Repository(Actor):
    """Begun when there is something to do, ended when there has been nothing for a while."""

    def __init__(self, shop: Shop, busy: Busy, key: str) -> None:
        self._shop = shop
        self._busy = busy
        self._key = key

    async def add(self, opened: Opened, order: NewTree, patience: trio.CancelScope) -> Made:
        """`patience` is cancelled when whoever has ordered it leaves."""
        with self._busy.working(self._key), patience:
            return await adding.add(self._shop, opened, order)
        raise Refused("whoever ordered the worktree has left")

    async def remove(self, opened: Opened, order: Removal) -> Removed:
        with self._busy.working(self._key):
            return await removal.remove(self._shop, opened, order)

    async def forget_missing(
        self, opened: Opened, user: UserId, path: str, branch: str | None
    ) -> Removed:
        with self._busy.working(self._key):
            return await clearing.forget_missing(self._shop, opened, user, path, branch)

    async def clear(self, opened: Opened, user: UserId, found: list[Candidate]) -> list[Removed]:
        with self._busy.working(self._key):
            return await clearing.remove_candidates(self._shop, opened, user, found)

    async def bring_back(self, opened: Opened, entry: TrashEntry, to: str | None) -> Restored:
        with self._busy.working(self._key):
            return await restoring.bring_back(self._shop, opened, entry, to)

    async def lock(self, opened: Opened, user: UserId, path: str, reason: str) -> Listed:
        with self._busy.working(self._key):
            return await locking.lock(self._shop, opened, user, path, reason)

    async def unlock(self, opened: Opened, user: UserId, path: str) -> Listed:
        with self._busy.working(self._key):
            return await locking.unlock(self._shop, opened, user, path)

    async def remove_ref(self, opened: Opened, ref: str) -> None:
        """One of ours; that it is gone already is no concern."""
        with self._busy.working(self._key):
            home = opened.found.home
            gone = await opened.git.attempt(home, "update-ref", "-d", ref)
            if gone.code == 0 or await opened.resolve(ref) is None:
                known = str(opened.found.common)
                await self._shop.store.write(idle_refs.forget, known, ref)

    async def keep_promise(self, opened: Opened, session: SessionId) -> None:
        tree = await self._shop.store.read(storage.of_session, session)
        if tree is not None and tree.stage == "pledged":
            await self.settle(opened, tree)

    async def settle(self, opened: Opened, tree: Worktree) -> None:
        with self._busy.working(self._key):
            await settling.settle(self._shop, opened, tree)
