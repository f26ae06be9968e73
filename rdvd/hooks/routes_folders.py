"""Hooks as folders have them: for the agents of a project, in your settings or in its own."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, cast

import msgspec
import trio
from attrs import evolve, field, frozen

from rdvd.ground.errors import BadInput
from rdvd.ground.routes import Request, Routes
from rdvd.identity import ensure, principal_of
from rdvd.projects import FindSite, Site
from rdvd.sessions import Front

from .acting import act_on
from .files import Hand
from .places import project_place, user_place
from .types import AGENTS, Agent, Done, Place
from .wire import HooksShown, Word, shown

Scope: TypeAlias = Literal["user", "project"]


@frozen
class FolderHooksQuery:
    """`providers`: agents, with commas between; all unless said."""

    providers: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    scope: Scope = "user"


@frozen
class FolderHooksOrder:
    """`scope`: in your own settings, or in files of the project, which git may show to others."""

    __also_camel__ = True

    providers: list[Agent] = field(factory=list[Agent])
    scope: Scope = "user"
    session_id: Word | None = None


@frozen
class ProviderDone:
    provider: Agent
    success: bool
    message: str
    config_path: str


@frozen
class FolderHooksDone:
    """`success` only if it went well for each."""

    folder_id: str
    folder_name: str
    project_path: str
    scope: Scope
    results: list[ProviderDone]
    success: bool
    message: str
    has_orchestrator: bool = False
    orchestrator_id: None = None


@frozen
class FolderHooksShown:
    folder_id: str
    folder_name: str
    project_path: str
    scope: Scope
    hooks: list[HooksShown]


def folder_hook_routes(front: Front, hand: Hand, home: Path, find_site: FindSite) -> Routes:
    routes, desk = Routes(), Desk(front, hand, home, find_site)

    @routes.route(
        "GET", "/api/folders/<id>/hooks", "How it is with the hooks of a project's agents",
        query=FolderHooksQuery, response=FolderHooksShown,
    )  # fmt: skip
    async def look(request: Request[Any]) -> FolderHooksShown:
        return await desk.look(request, request.query(FolderHooksQuery))

    @routes.route(
        "POST", "/api/folders/<id>/hooks", "Write hooks for a project's agents",
        request=FolderHooksOrder, response=FolderHooksDone,
    )  # fmt: skip
    async def install(request: Request[FolderHooksOrder]) -> FolderHooksDone:
        order = request.body
        return await desk.act(request, order.scope, order.providers, "hooks.install", Hand.install)

    @routes.route(
        "DELETE", "/api/folders/<id>/hooks", "Take every entry of ours out again",
        query=FolderHooksQuery, response=FolderHooksDone,
    )  # fmt: skip
    async def remove(request: Request[Any]) -> FolderHooksDone:
        query = request.query(FolderHooksQuery)
        named = _named(query.providers)
        return await desk.act(request, query.scope, named, "hooks.remove", Hand.remove)

    return routes


@frozen
class Desk:
    """Where both kinds of settings are looked at and changed."""

    front: Front
    hand: Hand
    home: Path
    find_site: FindSite

    async def look(self, request: Request[Any], query: FolderHooksQuery) -> FolderHooksShown:
        by = principal_of(request)
        ensure(by, "daemon.inspect")
        site = await self.find_site(by, request.path["id"], "folder.read")
        hand, places = _chosen(self.hand, self.home, site, query.scope, _named(query.providers))
        found = [shown(await trio.to_thread.run_sync(hand.look, each)) for each in places]
        return FolderHooksShown(site.folder, site.name, str(site.project), query.scope, found)

    async def act(
        self,
        request: Request[Any],
        scope: Scope,
        agents: Sequence[Agent],
        action: str,
        verb: Callable[[Hand, Place], Done],
    ) -> FolderHooksDone:
        by = principal_of(request)
        ensure(by, "daemon.operate")
        site = await self.find_site(by, request.path["id"], "folder.read")
        hand, places = _chosen(self.hand, self.home, site, scope, agents)
        store = self.front.shop.store
        return _done(site, scope, await act_on(store, by, action, partial(verb, hand), places))


def _chosen(
    hand: Hand, home: Path, site: Site, scope: Scope, agents: Sequence[Agent]
) -> tuple[Hand, list[Place]]:
    named, project = agents or AGENTS, site.project
    if scope == "user":
        return hand, [user_place(agent, home, None) for agent in named]
    return evolve(hand, within=project), [project_place(agent, project) for agent in named]


def _named(providers: str | None) -> list[Agent]:
    names = [name.strip() for name in (providers or "").split(",") if name.strip()]
    unknown = [name for name in names if name not in AGENTS]
    if unknown:
        raise BadInput(
            f"providers: no {', '.join(unknown)[:100]}; there are {', '.join(AGENTS)}",
            code="INVALID_PROVIDER",
        )
    return cast(list[Agent], names)


def _done(site: Site, scope: Scope, results: Sequence[Done]) -> FolderHooksDone:
    told = [
        ProviderDone(
            each.place.agent, each.is_well, each.detail or each.state, str(each.place.file)
        )
        for each in results
    ]
    failed = [each.provider for each in told if not each.success]
    message = f"not done for {', '.join(failed)}" if failed else f"done for {len(told)} agents"
    return FolderHooksDone(
        site.folder, site.name, str(site.project), scope, told, not failed, message
    )
