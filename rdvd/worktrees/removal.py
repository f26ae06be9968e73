"""Removing a worktree as one act, after accounting for all that would be lost with it.

What no commit of a branch holds goes to a recovery ref and to the trash first, and only what is
then still exactly as it was kept is removed: whoever writes meanwhile makes the act refuse.
"""

import os
import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import trio
from attrs import define, evolve

from rdvd.ground.clock import now
from rdvd.ground.ids import new_id
from rdvd.ground.whole import UNDO_SECONDS, whole_or_undone
from rdvd.trash import Parcel, TrashEntry, targets_of

from . import recovery, storage
from .accounting import account
from .adding import delete_branch
from .finishing import finish
from .hooks import declared_in, run_hooks
from .losses import losses_of, notes_on, obstacles_of
from .names import readable, shortened
from .opened import Opened
from .problems import HookFailed, WouldLose
from .recovery import Snapshot
from .restoring import KIND
from .shop import Shop
from .stragglers import act_of
from .types import (
    Facts,
    Gone,
    Hooks,
    Listed,
    Loss,
    Obstacle,
    Removal,
    Removed,
    Status,
    Worktree,
)

UNCOMMITTED = frozenset({"staged", "modified", "hidden", "untracked", "ignored", "operation"})
COMMITS = frozenset({"unpushed", "unmerged", "detached"})


async def remove(shop: Shop, opened: Opened, order: Removal) -> Removed:
    listed = await opened.listed(Path(order.path))
    tree = await _row(shop, opened, listed, order)
    facts = await _facts(shop, opened, listed, tree)
    if order.dry_run:
        return _told(shop, facts)
    _refuse_losses(shop, facts, force=order.force)
    notes = notes_on(facts)
    hooks = await trio.to_thread.run_sync(declared_in, Path(tree.path))
    if await _is_trusted(shop, tree, hooks) and hooks.teardown:
        notes = (*notes, *await _tear_down(shop, tree, hooks, force=order.force))
        facts = await _facts(shop, opened, listed, tree)
        _refuse_losses(shop, facts, force=order.force)
    removed = await Removing(shop, opened, tree, order, facts).go()
    removed = evolve(removed, notes=(*notes, *removed.notes))
    shop.facts.publish(Gone(removed, order.user))
    return removed


def _told(shop: Shop, facts: Facts) -> Removed:
    losses = losses_of(facts, shop.settings.disposable)
    return Removed(
        facts.path, facts.status.branch, losses, obstacles_of(facts), is_done=False,
        notes=notes_on(facts),
    )  # fmt: skip


def _refuse_losses(shop: Shop, facts: Facts, *, force: bool) -> None:
    losses, obstacles = losses_of(facts, shop.settings.disposable), obstacles_of(facts)
    if obstacles or (losses and not force):
        raise would_lose(facts.path, losses, obstacles)


def would_lose(path: str, losses: Sequence[Loss], obstacles: Sequence[Obstacle]) -> WouldLose:
    """Everything in one answer, in the words of the seed where it has some."""
    kinds = {each.kind for each in losses}
    code = "WOULD_LOSE_WORK"
    if obstacles:
        code = "WORKTREE_IN_USE"
    elif kinds & UNCOMMITTED:
        code = "HAS_UNCOMMITTED_CHANGES"
    elif kinds & COMMITS:
        code = "HAS_UNPUSHED_COMMITS"
    said = [each.detail for each in obstacles]
    said += [f"{each.kind}: {each.count} {each.detail}" for each in losses]
    way = "" if obstacles else "; `force` keeps it in a recovery ref and in the trash first"
    return WouldLose(
        f"{code}: {shortened(path)} is not removed: {'; '.join(said)}{way}",
        code=code,
        losses=list(losses),
        obstacles=list(obstacles),
    )


async def _row(shop: Shop, opened: Opened, listed: Listed, order: Removal) -> Worktree:
    """Of one that others have made there is none yet: `created` 0 says so."""
    row = await shop.store.read(storage.at, listed.path)
    if row is not None:
        return row
    return Worktree(
        id=new_id(),
        user=order.user,
        repository=str(opened.found.common),
        path=listed.path,
        branch=listed.branch,
        stage="ready",
        created=0,
    )


async def _facts(shop: Shop, opened: Opened, listed: Listed, tree: Worktree) -> Facts:
    living_in = shop.lodgers.living_in
    lodgers = await trio.to_thread.run_sync(living_in, Path(listed.path))
    return await account(
        opened,
        listed,
        is_ours=tree.created != 0,
        sessions=lodgers,
        copied=shop.settings.copied,
    )


async def _is_trusted(shop: Shop, tree: Worktree, hooks: Hooks) -> bool:
    known = (tree.user, tree.repository, hooks.fingerprint)
    return await shop.store.read(storage.is_trusted, *known)


async def _tear_down(shop: Shop, tree: Worktree, hooks: Hooks, *, force: bool) -> tuple[str, ...]:
    settings = shop.settings
    try:
        await run_hooks(
            hooks.teardown, "teardown", tree, logs=settings.logs, seconds=settings.hook_seconds
        )
    except HookFailed as problem:
        if not force:
            raise
        return (problem.detail,)
    return ()


@define(eq=False)
class Removing:
    """One removal that nothing speaks against. From here on it goes by what is there now."""

    shop: Shop
    opened: Opened
    tree: Worktree
    order: Removal
    facts: Facts
    held: str | None = None  # the recovery ref
    guard: str | None = None  # the ref of what a branch holds as well
    kept: TrashEntry | None = None

    async def go(self) -> Removed:
        await self.shop.store.write(storage.put, evolve(self.tree, stage="removing"))
        async with whole_or_undone(self._undo):
            status = await self._keep()
        await self._delete()
        deleted = await self._delete_branch(status)
        await self.shop.store.write(storage.forget, self.tree.id)
        return Removed(
            path=self.tree.path,
            branch=status.branch,
            losses=losses_of(self.facts, self.shop.settings.disposable),
            branch_deleted=deleted,
            recovery=self.held,
            trash=self._entry,
            ways_back=ways_back(
                self.tree.path,
                None if deleted or status.head is None else status.branch,
                self.held,
                self._entry,
            ),
        )

    async def _keep(self) -> Status:
        """Put everything where it is safe, and make sure that nothing has come since."""
        opened = self.opened
        status = await opened.status(ignored=True)
        _refuse_losses(self.shop, evolve(self.facts, status=status), force=self.order.force)
        leaving = status.branch if self.order.delete_branch else None
        snapshot = await recovery.take_snapshot(opened, status, self.facts.hidden, without=leaving)
        title = shortened(self.tree.path)
        ref = recovery.name_of_ref(self.tree.path, now())
        self.held = await recovery.keep_snapshot(opened, snapshot, status, ref, title)
        await self._keep_files(status, snapshot)
        await self._check(status, snapshot)
        return status

    async def _keep_files(self, status: Status, snapshot: Snapshot) -> None:
        paths = await trio.to_thread.run_sync(self._loose, status)
        commit = partial(storage.put, tree=evolve(self.tree, stage="deleting"))
        if not paths and self.held is None:
            await self.shop.store.write(commit)
            return
        if self.held is None and status.head is not None:
            self.guard = await recovery.guard(self.opened, status.head, self.tree.path, now())
        detail = {
            "repository": self.tree.repository,
            "path": self.tree.path,
            "branch": status.branch,
            "head": status.head,
            "recovery": self.held,
            "guard": self.guard,
            "files": snapshot.files,
            "index": snapshot.index,
        }
        title = status.branch or Path(self.tree.path).name
        parcel = Parcel(self.order.user, KIND, title, self.tree.path, readable(detail))
        self.kept = await self.shop.trash.put(parcel, paths, commit)

    def _loose(self, status: Status) -> list[Path]:
        """What is in no commit of this repository: of each directory of such only itself."""
        top, git_dir = Path(self.tree.path), self.opened.found.git_dir
        own = (f"{each}.git" for each in self.facts.nested_repositories)
        names = [*status.untracked, *status.ignored, *self.facts.submodules, *own]
        paths = [top / name.rstrip("/") for name in names]
        whole = {path for path in paths if not any(each in path.parents for each in paths)}
        modules = [git_dir / "modules"] if (git_dir / "modules").is_dir() else []
        return sorted(path for path in whole if os.path.lexists(path)) + modules

    async def _check(self, before: Status, snapshot: Snapshot) -> None:
        status = await self.opened.status(ignored=True)
        files = await recovery.files_tree(self.opened, status, self.facts.hidden)
        is_same = status.head == before.head and files == snapshot.files
        if not is_same or status.untracked or status.ignored:
            raise WouldLose(
                f"{shortened(self.tree.path)} is being changed by somebody while it is removed:"
                " nothing was removed",
                code="WORKTREE_IN_USE",
            )

    async def _undo(self) -> None:
        """Nothing was removed. Who made it is told by `created`."""
        if self.kept is not None:
            back = partial(storage.settle, tree=self.tree)
            targets, _ = targets_of(self.kept, None)
            await self.shop.trash.give_back(self.kept, targets, back)
        else:
            await self.shop.store.write(storage.settle, self.tree)
        for ref in filter(None, (self.held, self.guard)):
            await self.opened.git.attempt(self.opened.found.home, "update-ref", "-d", ref)

    async def _delete(self) -> None:
        """Once git has begun, half a tree must not stay: what is left goes to the trash whole."""
        words = ("worktree", "remove", "--force", self.tree.path)
        is_done = False
        try:
            ran = await self.opened.git.attempt(
                self.opened.found.home, *words, seconds=self.shop.settings.git_seconds,
                variables=act_of(self.tree),
            )  # fmt: skip
            is_done = ran.code == 0
        finally:
            if not is_done:
                with trio.CancelScope(shield=True, deadline=trio.current_time() + UNDO_SECONDS):
                    await finish(self.shop, self.opened, self.tree)

    @property
    def _entry(self) -> tuple[str, ...]:
        return () if self.kept is None else (self.kept.id,)

    async def _delete_branch(self, status: Status) -> bool:
        if not self.order.delete_branch or status.branch is None or status.head is None:
            return False
        return await delete_branch(self.opened, status.branch, status.head)


def ways_back(
    path: str, branch: str | None, held: str | None, kept: Sequence[str]
) -> tuple[str, ...]:
    """What to type: the trash brings back all of it at once; git alone, what was in commits.
    `branch`: if it is there."""
    ways = [f"rdv trash restore {id}" for id in kept]
    where = shlex.quote(shortened(path))
    if branch is not None:
        ways.append(f"git worktree add {where} {shlex.quote(shortened(branch))}")
    elif held is not None:
        ways.append(f"git worktree add --detach {where} {held}")
    if held is not None:
        ways.append(f"git -C {where} restore --source={held} --worktree -- :/")
    return tuple(ways)
