"""The routes of worktrees: looking at them, making and removing them."""

from typing import Any

import trio

from rdvd.ground.answers import Reply
from rdvd.ground.errors import BadInput, NotFound
from rdvd.ground.routes import Request, Routes
from rdvd.identity import principal_of

from . import views, wire
from .finding import is_missing
from .front import Worktrees
from .gate import PATIENTLY, Gate
from .routes_care import care_routes
from .types import NewTree, Removal, Removed
from .views import StatusShown, WorktreeMade, WorktreeRemoved, WorktreeShown


def worktree_routes(front: Worktrees) -> Routes:
    gate = Gate(front)
    return _looking(gate) + _making(gate) + _removing(gate) + care_routes(gate)


def _looking(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "GET", "/api/worktrees", "The worktrees of a repository",
        query=wire.RepositoryQuery, response=list[WorktreeShown],
    )  # fmt: skip
    async def worktrees(request: Request[Any]) -> list[WorktreeShown]:
        await gate.allow(request, "item.list")
        found = await front.listing(request.query(wire.RepositoryQuery).repo_path)
        return [views.shown(each, row) for each, row in found]

    @routes.route(
        "GET", "/api/worktrees/status", "What git status says of one, in numbers",
        query=wire.TreeQuery, response=StatusShown,
    )  # fmt: skip
    async def status(request: Request[Any]) -> StatusShown:
        await gate.allow(request, "item.read")
        path = request.query(wire.TreeQuery).worktree_path
        if await trio.to_thread.run_sync(is_missing, path):
            return views.NOT_THERE
        return views.shown_status(await front.status(path))

    @routes.route(
        "POST", "/api/worktrees/check", "Whether there is anything uncommitted in one",
        request=wire.Check, response=views.Checked, idempotent=False, category="read",
    )  # fmt: skip
    async def check(request: Request[wire.Check]) -> views.Checked:
        await gate.allow(request, "item.read")
        _refuse_id(request.body.repository_id)
        found = await front.status(request.body.worktree_path)
        return views.Checked(not found.is_clean, views.branch_of(found))

    return routes


def _making(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/worktrees", "Make a worktree, and its branch if there is none",
        request=wire.NewWorktree, response=WorktreeMade, status=201, deadline=PATIENTLY,
    )  # fmt: skip
    async def create(request: Request[wire.NewWorktree]) -> Reply:
        by, body = await gate.allow(request, "item.change"), request.body
        _refuse_id(body.repository_id)
        repository = body.repo_path or body.project_path
        if repository is None:
            raise BadInput("one of project_path and repo_path says which repository")
        order = NewTree(
            user=by.user,
            repository=repository,
            branch=body.branch,
            base=body.base_branch,
            path=body.worktree_path,
            must_create=body.create_new_branch or body.create_branch,
            fetches=body.fetch,
        )
        made = await front.add(order)
        await gate.note(by, "worktree.create", views.text(made.worktree.path))
        return Reply(views.shown_made(made))

    return routes


def _removing(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    async def remove(request: Request[Any], order: Removal, repository: str | None) -> Removed:
        removed = await front.remove(order, repository)
        if removed.is_done:
            what = "worktree.remove_forced" if order.force else "worktree.remove"
            await gate.note(principal_of(request), what, views.text(removed.path))
        return removed

    @routes.route(
        "DELETE", "/api/worktrees", "Remove one, unless something would be lost",
        request=wire.OldWorktree, response=WorktreeRemoved, deadline=PATIENTLY,
    )  # fmt: skip
    async def delete(request: Request[wire.OldWorktree]) -> WorktreeRemoved:
        by, body = await gate.allow(request, "item.change"), request.body
        _refuse_id(body.repository_id)
        order = Removal(by.user, body.worktree_path, body.force, body.delete_branch, body.dry_run)
        return views.shown_removed(
            await remove(request, order, body.repo_path or body.project_path)
        )

    @routes.route(
        "DELETE", "/api/worktrees/remove", "The same, asked by a query",
        query=wire.RemoveQuery, response=WorktreeRemoved, deadline=PATIENTLY,
    )  # fmt: skip
    async def delete_by_query(request: Request[Any]) -> WorktreeRemoved:
        by, query = await gate.allow(request, "item.change"), request.query(wire.RemoveQuery)
        order = Removal(
            by.user, query.worktree_path, query.force, query.delete_branch, query.dry_run
        )
        return views.shown_removed(await remove(request, order, query.repo_path))

    return routes


def _refuse_id(repository_id: str | None) -> None:
    """Seed 000 has rows for repositories on a service elsewhere; here paths are what there is."""
    if repository_id is not None:
        raise NotFound(f"Repository not found: {repository_id[:100]}; give its path")
