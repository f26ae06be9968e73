"""Making a worktree as one act: all of it is there, or nothing is.

The row says what was begun before anything is made. The directory is made by us, alone, so that
whatever is in it later came by this act; a start of the daemon that finds the act half done moves
it to the trash, in case somebody has been there since.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import trio
from attrs import evolve

from rdvd.ground.clock import now_ms
from rdvd.ground.errors import StorageFull, is_full
from rdvd.ground.ids import new_id
from rdvd.ground.whole import whole_or_undone

from . import storage
from .copying import copy_files
from .finishing import finish, is_untouched
from .hooks import declared_in, run_hooks
from .names import shortened
from .opened import Opened, in_thread
from .planning import Plan, make_plan
from .problems import GitFailed, GitTooSlow, PathTaken
from .shop import Shop
from .stragglers import act_of
from .types import Added, Found, Made, NewTree, Stepped, Worktree

FETCH = (
    "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
    "--upload-pack=git-upload-pack", "origin",
)  # fmt: skip


async def add(shop: Shop, opened: Opened, order: NewTree) -> Made:
    notes = await _fetch(shop, opened, order)
    plan = await make_plan(opened, order)
    tree = _row(opened, order, plan)
    await shop.store.write(storage.begin, tree)
    await _claim(shop, tree)
    async with whole_or_undone(partial(undo, shop, opened, tree)):
        made = await _make(shop, opened, plan, tree)
        done = evolve(tree, stage="ready" if order.session is None else "pledged")
        await shop.store.write(storage.put, done)
    shop.facts.publish(Added(done))
    return evolve(made, worktree=done, notes=(*notes, *plan.notes, *made.notes))


async def undo(shop: Shop, opened: Opened, tree: Worktree) -> None:
    """Nobody but this act has put anything there. Safe to repeat."""
    home = opened.found.home
    await opened.git.attempt(home, "worktree", "remove", "--force", "--force", tree.path)
    await trio.to_thread.run_sync(_remove_empty, Path(tree.path))
    await forget_branch(opened, tree)
    await shop.store.write(storage.forget, tree.id)


async def forget_branch(opened: Opened, tree: Worktree) -> None:
    """One that we have made, and that is still where it began: it holds nothing."""
    if tree.created_branch and tree.base is not None and tree.branch is not None:
        await delete_branch(opened, tree.branch, tree.base)


async def delete_branch(opened: Opened, branch: str, head: str) -> bool:
    """Only if it is still there; and what the configuration says of it."""
    home = opened.found.home
    gone = await opened.git.attempt(home, "update-ref", "-d", f"refs/heads/{branch}", head)
    if gone.code == 0:
        await opened.git.attempt(home, "config", "--local", "--remove-section", f"branch.{branch}")
    return gone.code == 0


async def _make(shop: Shop, opened: Opened, plan: Plan, tree: Worktree) -> Made:
    tell = _Teller(shop, tree)
    async with tell.step("checkout"):
        seconds = shop.settings.git_seconds
        await opened.git.run(
            opened.found.top or opened.found.home, "worktree", "add", *plan.words,
            seconds=seconds, variables=act_of(tree),
        )  # fmt: skip
    source = opened.found.main or opened.found.top
    copied, notes = (), list[str]()
    if source is not None and source != plan.path:
        told = await in_thread(copy_files, source, plan.path, shop.settings.copied)
        copied, notes = told.names, [*told.notes]
    async with whole_or_undone(partial(_keep_work, shop, opened, tree)):
        notes += await _set_up(shop, tree, tell)
    if (plan.path / ".gitmodules").exists():
        notes.append("it has submodules: `git submodule update --init` checks them out")
    return Made(tree, plan.creates_branch, copied, tuple(notes))


async def _set_up(shop: Shop, tree: Worktree, tell: "_Teller") -> list[str]:
    hooks = await trio.to_thread.run_sync(declared_in, Path(tree.path))
    if not hooks.setup:
        return []
    if not await shop.store.read(storage.is_trusted, tree.user, tree.repository, hooks.fingerprint):
        return ["its setup was not run, for nobody has trusted it: `rdv worktree trust` shows it"]
    settings = shop.settings
    async with tell.step("setup"):
        await run_hooks(
            hooks.setup, "setup", tree, logs=settings.logs, seconds=settings.hook_seconds
        )
    return []


async def _fetch(shop: Shop, opened: Opened, order: NewTree) -> tuple[str, ...]:
    """Without a network it begins with what is known, and says so."""
    if not (order.fetches and shop.settings.fetches):
        return ()
    if not await in_thread(_has_origin, opened.found):
        return ()
    path = str(opened.found.home)
    shop.facts.publish(Stepped(order.user, path, "fetch", "begun"))
    try:
        await opened.git.run(
            opened.found.home, *FETCH, seconds=shop.settings.fetch_seconds, fetches=True
        )
    except (GitFailed, GitTooSlow) as problem:
        shop.facts.publish(Stepped(order.user, path, "fetch", "failed", problem.detail))
        why = " ".join(problem.detail.split())
        return (f"nothing was fetched, so it begins with what was known: {why}",)
    shop.facts.publish(Stepped(order.user, path, "fetch", "done"))
    return ()


def _has_origin(found: Found) -> bool:
    from .reading import reader_of  # lazy: dulwich is 10 MiB that an idle daemon can do without

    return reader_of(found).has_remote("origin")


def _row(opened: Opened, order: NewTree, plan: Plan) -> Worktree:
    return Worktree(
        id=new_id(),
        user=order.user,
        repository=str(opened.found.common),
        path=str(plan.path),
        branch=plan.branch,
        stage="adding",
        created=now_ms(),
        session=order.session,
        base=plan.base,
        created_branch=plan.creates_branch,
    )


async def _claim(shop: Shop, tree: Worktree) -> None:
    """From here on the directory is ours; if it is not, there is nothing to undo."""
    path = Path(tree.path)
    try:
        await trio.to_thread.run_sync(path.mkdir)
    except OSError as error:
        await shop.store.write(storage.forget, tree.id)
        if is_full(error):
            raise StorageFull(f"{shortened(tree.path)} cannot be made: the disk is full") from error
        why = error.strerror or str(error)
        raise PathTaken(f"{shortened(tree.path)} cannot be made: {why}") from error


def _remove_empty(path: Path) -> None:
    with suppress(OSError):  # not there, or not ours alone any more
        path.rmdir()


async def _keep_work(shop: Shop, opened: Opened, tree: Worktree) -> None:
    """A setup takes long enough for somebody to begin to work there; then what it leaves goes to
    the trash before it is undone."""
    if not await is_untouched(shop, tree):
        await finish(shop, opened, tree)


class _Teller:
    """Tells of the steps of one act, for those who wait for a slow one."""

    def __init__(self, shop: Shop, tree: Worktree) -> None:
        self._shop = shop
        self._tree = tree

    @asynccontextmanager
    async def step(self, name: str) -> AsyncGenerator[None, None]:
        user, path = self._tree.user, self._tree.path
        is_done = False
        self._shop.facts.publish(Stepped(user, path, name, "begun"))
        try:
            yield
            is_done = True
        finally:
            state = "done" if is_done else "failed"
            self._shop.facts.publish(Stepped(user, path, name, state))
