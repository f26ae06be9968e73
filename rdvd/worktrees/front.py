"""Where everybody else meets worktrees: the routes, the sessions, the command line."""

import logging
import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio
from attrs import field, frozen

from actors import Ref, Refused
from rdvd.ground.clock import now_ms
from rdvd.identity import SessionId, UserId
from rdvd.trash import Restored, TrashEntry

from . import clearing, idle_refs, storage
from .actor import Repository
from .bell import Bell
from .finding import real_path
from .hooks import declared_in
from .names import check_branch, shortened
from .opened import Opened, open_repository
from .problems import NotTrusted, NoWorktree
from .registry import Repositories, Rooms
from .shop import Shop
from .types import (
    Branch,
    Candidate,
    Diff,
    Hooks,
    Listed,
    Made,
    NewTree,
    Removal,
    Removed,
    Status,
    Worktree,
)

log = logging.getLogger("rdvd.worktrees")


@frozen
class Worktrees:
    """Looking waits for nobody; acting is in turn with all that is done in the same repository."""

    shop: Shop
    registry: Ref[Repositories]
    rooms: Rooms
    bell: Bell = field(factory=Bell)

    async def listing(self, path: str) -> list[tuple[Listed, Worktree | None]]:
        opened = await self._open(path)
        key = str(opened.found.common)
        rows = {each.path: each for each in await self.shop.store.read(storage.of_repository, key)}
        return [(each, rows.get(each.path)) for each in await opened.worktrees()]

    async def branches(self, path: str, *, counts: bool) -> list[Branch]:
        return await (await self._open(path)).branches(counts=counts)

    async def status(self, path: str) -> Status:
        return await (await self._open(path)).status()

    async def diff(self, path: str, base: str | None) -> Diff:
        return await (await self._open(path)).diff(base)

    async def add(self, order: NewTree) -> Made:
        """Who leaves before it is made, as a person with Ctrl-C, has it undone."""
        check_branch(order.branch)
        opened = await self._open(order.repository)
        async with self._acting(opened) as repository:
            patience = trio.CancelScope()
            try:
                return await repository.call(Repository.add, opened, order, patience)
            finally:
                patience.cancel()

    async def remove(self, order: Removal, repository: str | None = None) -> Removed:
        """`repository`: any path of it, which is needed once the directory is gone."""
        if not await trio.to_thread.run_sync(os.path.lexists, order.path):
            return await self._forget(order, repository)
        opened = await self._tree(order.path)
        async with self._acting(opened) as actor:
            return await actor.call(Repository.remove, opened, order)

    async def clean_up(
        self, path: str, user: UserId, *, dry_run: bool
    ) -> tuple[list[Candidate], list[Removed]]:
        opened = await self._open(path)
        found = await clearing.find_candidates(self.shop, opened)
        if dry_run:
            return found, []
        async with self._acting(opened) as repository:
            return found, await repository.call(Repository.clear, opened, user, found)

    async def lock(
        self, path: str, user: UserId, reason: str, repository: str | None = None
    ) -> tuple[Listed, Worktree | None]:
        """`repository`: any path of it, for one whose disk is away."""
        opened = await self._open(repository or path)
        async with self._acting(opened) as actor:
            listed = await actor.call(Repository.lock, opened, user, path, reason)
        return listed, await self.shop.store.read(storage.at, listed.path)

    async def unlock(
        self, path: str, user: UserId, repository: str | None = None
    ) -> tuple[Listed, Worktree | None]:
        opened = await self._open(repository or path)
        async with self._acting(opened) as actor:
            listed = await actor.call(Repository.unlock, opened, user, path)
        return listed, await self.shop.store.read(storage.at, listed.path)

    async def hooks(self, path: str, user: UserId) -> Hooks:
        """What the tree at this path declares, and whether this user trusts that."""
        opened = await self._open(path)
        hooks = await trio.to_thread.run_sync(declared_in, opened.top)
        known = (user, str(opened.found.common), hooks.fingerprint)
        return Hooks(
            hooks.setup, hooks.teardown, hooks.fingerprint,
            is_trusted=await self.shop.store.read(storage.is_trusted, *known),
        )  # fmt: skip

    async def trust(self, path: str, user: UserId, fingerprint: str) -> Hooks:
        """What was looked at, and nothing that has come in its place."""
        hooks = await self.hooks(path, user)
        if not hooks.fingerprint or hooks.fingerprint != fingerprint:
            raise NotTrusted(f"{shortened(path)} declares something else: look at it again")
        opened = await self._open(path)
        key = str(opened.found.common)
        await self.shop.store.write(storage.trust, user, key, fingerprint, now_ms())
        return await self.hooks(path, user)

    async def distrust(self, path: str, user: UserId) -> int:
        opened = await self._open(path)
        return await self.shop.store.write(storage.distrust, user, str(opened.found.common))

    async def restore(self, entry: TrashEntry, to: str | None) -> Restored:
        """As the restorer of the trash: the whole tree, with what was lost in it."""
        opened = await self._open(entry.detail["repository"])
        async with self._acting(opened) as repository:
            restored = await repository.call(Repository.bring_back, opened, entry, to)
        self.bell.ring()
        return restored

    def forget(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        """Its row went as it was removed. A recovery ref stays; what only guarded it goes."""
        idle_refs.note(db, entry)

    def forgotten(self, entry: TrashEntry) -> None:
        if idle_refs.of(entry) is not None:
            self.bell.ring()

    async def remove_idle_refs(self) -> None:
        """Where a repository cannot be opened now, another time."""
        for repository, ref in await self.shop.store.read(idle_refs.all_of):
            try:
                opened = await self._open(repository)
                async with self._acting(opened) as actor:
                    await actor.call(Repository.remove_ref, opened, ref)
            except Refused as problem:
                extra = {"repository": repository, "ref": ref, "error": str(problem)}
                log.warning("worktree.ref_not_removed", extra=extra)

    async def of_session(self, session: SessionId) -> Worktree | None:
        return await self.shop.store.read(storage.of_session, session)

    async def keep_promise(self, session: SessionId, repository: str) -> None:
        """The session that one is being made for has begun, or will never begin: in turn, so that
        it is made by then, or has been undone."""
        opened = await self._open(repository)
        async with self._acting(opened) as actor:
            await actor.call(Repository.keep_promise, opened, session)

    async def settle(
        self,
        *,
        stopping: trio.Event,
        task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,  # Any: nobody waits for it
    ) -> None:
        """A task: once sessions know which of them live, whatever was cut off is put right."""
        for tree in await self.shop.store.read(storage.unsettled):
            try:
                await self._settle(tree)
            except Refused as problem:  # its disk is away, or full: the next start tries again
                extra = {"worktree": tree.id, "stage": tree.stage, "error": str(problem)}
                log.warning("worktree.not_settled", extra=extra)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._remove_refs_when_rung)
            task_status.started()
            await stopping.wait()
            nursery.cancel_scope.cancel()

    async def _remove_refs_when_rung(self) -> None:
        while True:
            rung = self.bell.rung()
            await self.remove_idle_refs()
            await rung.wait()

    async def _settle(self, tree: Worktree) -> None:
        opened = await self._open(tree.repository)
        async with self._acting(opened) as repository:
            await repository.call(Repository.settle, opened, tree)

    async def _forget(self, order: Removal, repository: str | None) -> Removed:
        if repository is None:
            where = shortened(order.path)
            raise NoWorktree(f"Worktree path not found: {where}; with repo_path it is forgotten")
        opened = await self._open(repository)
        found = [each for each in await opened.worktrees() if each.path == order.path]
        if not found or not found[0].is_missing:
            raise NoWorktree(f"Worktree path not found: {shortened(order.path)}")
        if order.dry_run:
            return Removed(order.path, found[0].branch, (), is_done=False)
        async with self._acting(opened) as actor:
            told = (order.user, order.path, found[0].branch)
            return await actor.call(Repository.forget_missing, opened, *told)

    async def _tree(self, path: str) -> Opened:
        """The worktree at exactly this path: a directory in one is none."""
        opened = await self._open(path)
        if opened.found.top != await trio.to_thread.run_sync(real_path, path):
            inside = shortened(str(opened.found.top or opened.found.common))
            raise NoWorktree(f"{shortened(path)} is no worktree, only a place in {inside}")
        return opened

    async def _open(self, path: str) -> Opened:
        return await open_repository(self.shop.git, path)

    @asynccontextmanager
    async def _acting(self, opened: Opened) -> AsyncGenerator[Ref[Repository], None]:
        common: Path = opened.found.common
        with self.rooms.working(str(common)):
            yield await self.registry.call(Repositories.find, common)
