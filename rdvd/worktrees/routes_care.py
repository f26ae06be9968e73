"""The routes of worktrees: branches, differences, cleaning up, and what a project may run."""

from typing import Any

from rdvd.ground.routes import Request, Routes

from . import views, wire
from .gate import PATIENTLY, Gate
from .views import BranchShown, CleanedUp, DiffShown, HooksShown, WorktreeShown


def care_routes(gate: Gate) -> Routes:
    return _histories(gate) + _locking(gate) + _cleaning(gate) + _trusting(gate)


def _histories(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "GET", "/api/worktrees/branches", "The branches of a repository, and where they are",
        query=wire.BranchQuery, response=list[BranchShown],
    )  # fmt: skip
    async def branches(request: Request[Any]) -> list[BranchShown]:
        await gate.allow(request, "item.list")
        query = request.query(wire.BranchQuery)
        found = await front.branches(query.repo_path, counts=query.counts)
        return [views.shown_branch(each) for each in found]

    @routes.route(
        "GET", "/api/worktrees/diff", "What has changed in one since it left its base",
        query=wire.DiffQuery, response=DiffShown,
    )  # fmt: skip
    async def diff(request: Request[Any]) -> DiffShown:
        await gate.allow(request, "item.read")
        query = request.query(wire.DiffQuery)
        return views.shown_diff(await front.diff(query.worktree_path, query.base))

    return routes


def _locking(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/worktrees/lock", "Say that one must not go, and why",
        request=wire.Locking, response=WorktreeShown,
    )  # fmt: skip
    async def lock(request: Request[wire.Locking]) -> WorktreeShown:
        by, body = await gate.allow(request, "item.change"), request.body
        found = await front.lock(body.worktree_path, by.user, body.reason, body.repo_path)
        await gate.note(by, "worktree.lock", views.text(found[0].path))
        return views.shown(*found)

    @routes.route(
        "POST", "/api/worktrees/unlock", "Let one go again, if somebody asks",
        request=wire.Unlocking, response=WorktreeShown,
    )  # fmt: skip
    async def unlock(request: Request[wire.Unlocking]) -> WorktreeShown:
        by, body = await gate.allow(request, "item.change"), request.body
        found = await front.unlock(body.worktree_path, by.user, body.repo_path)
        await gate.note(by, "worktree.unlock", views.text(found[0].path))
        return views.shown(*found)

    return routes


def _cleaning(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/worktrees/cleanup", "Find those that nobody needs; remove them if told to",
        request=wire.CleanUp, response=CleanedUp, deadline=PATIENTLY,
    )  # fmt: skip
    async def clean_up(request: Request[wire.CleanUp]) -> CleanedUp:
        by, body = await gate.allow(request, "item.change"), request.body
        found, removed = await front.clean_up(body.repo_path, by.user, dry_run=body.dry_run)
        for each in removed:
            await gate.note(by, "worktree.clean_up", views.text(each.path))
        return CleanedUp(
            body.dry_run,
            [views.shown_candidate(each) for each in found],
            [views.shown_removed(each) for each in removed],
        )

    return routes


def _trusting(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "GET", "/api/worktrees/hooks", "What a project declares to be run, and if it is trusted",
        query=wire.RepositoryQuery, response=HooksShown,
    )  # fmt: skip
    async def hooks(request: Request[Any]) -> HooksShown:
        by = await gate.allow(request, "item.read")
        query = request.query(wire.RepositoryQuery)
        return views.shown_hooks(await front.hooks(query.repo_path, by.user))

    @routes.route(
        "POST", "/api/worktrees/trust", "Let exactly this be run in worktrees of a project",
        request=wire.Trusting, response=HooksShown,
    )  # fmt: skip
    async def trust(request: Request[wire.Trusting]) -> HooksShown:
        by, body = await gate.allow(request, "item.change"), request.body
        trusted = await front.trust(body.repo_path, by.user, body.fingerprint)
        await gate.note(by, "worktree.trust", f"{views.text(body.repo_path)} {body.fingerprint}")
        return views.shown_hooks(trusted)

    @routes.route(
        "DELETE", "/api/worktrees/trust", "Let nothing of this project be run any more",
        request=wire.Distrusting,
    )  # fmt: skip
    async def distrust(request: Request[wire.Distrusting]) -> None:
        by, body = await gate.allow(request, "item.change"), request.body
        await front.distrust(body.repo_path, by.user)
        await gate.note(by, "worktree.distrust", views.text(body.repo_path))

    return routes
