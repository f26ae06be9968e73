"""The routes of hooks: putting them in, taking them out, and hearing what they report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import trio
from attrs import evolve

from rdvd.events import Events
from rdvd.ground.errors import BadInput, NotFound
from rdvd.ground.routes import Request, Routes
from rdvd.identity import SessionId, Thing, ensure, principal_of
from rdvd.projects import FindSite
from rdvd.sessions import Front, Session

from . import wire
from .acting import act_on
from .files import Hand
from .places import user_place
from .routes_folders import folder_hook_routes
from .types import AGENTS, Agent, Place


def hook_routes(
    front: Front, events: Events, hand: Hand, home: Path, find_site: FindSite
) -> Routes:
    routes = _settings_routes(front, hand, home) + _report_route(front, events)
    return routes + folder_hook_routes(front, hand, home, find_site)


def _settings_routes(front: Front, hand: Hand, home: Path) -> Routes:
    routes = Routes()

    @routes.route(
        "GET", "/api/hooks", "How it is with the hooks of each agent",
        query=wire.HooksQuery, response=list[wire.HooksShown],
    )  # fmt: skip
    async def look(request: Request[Any]) -> list[wire.HooksShown]:
        ensure(principal_of(request), "daemon.inspect")
        places = _asked(home, request.query(wire.HooksQuery))
        return [wire.shown(await trio.to_thread.run_sync(hand.look, each)) for each in places]

    @routes.route(
        "POST", "/api/hooks", "Write hooks into the settings of agents",
        request=wire.HooksOrder, response=list[wire.HooksDone],
    )  # fmt: skip
    async def install(request: Request[wire.HooksOrder]) -> list[wire.HooksDone]:
        by, order = principal_of(request), request.body
        ensure(by, "daemon.operate")
        places = _places(home, order.agents or AGENTS, order.directories)
        if not order.agents:
            places = await trio.to_thread.run_sync(_in_use, hand, places)
        done = await act_on(front.shop.store, by, "hooks.install", hand.install, places)
        return [wire.done(each) for each in done]

    @routes.route(
        "DELETE", "/api/hooks", "Take every entry of ours out of the settings of agents",
        query=wire.HooksQuery, response=list[wire.HooksDone],
    )  # fmt: skip
    async def remove(request: Request[Any]) -> list[wire.HooksDone]:
        by = principal_of(request)
        ensure(by, "daemon.operate")
        places = _asked(home, request.query(wire.HooksQuery))
        done = await act_on(front.shop.store, by, "hooks.remove", hand.remove, places)
        return [wire.done(each) for each in done]

    return routes


def _report_route(front: Front, events: Events) -> Routes:
    routes = Routes()

    @routes.route(
        "POST", "/api/orchestrators/agent-event", "What an agent says of itself",
        request=wire.AgentEvent, response=wire.AgentEventTaken,
        category="agent_event", idempotent=False,
    )  # fmt: skip
    async def take(request: Request[wire.AgentEvent]) -> wire.AgentEventTaken:
        by, told = principal_of(request), request.body
        session = _session_of(front, told)
        if session is None:
            return wire.AgentEventTaken(told.event, told.session_id, session_found=False)
        ensure(by, "session.report", Thing(user=session.user, session=session.id))
        await _keep_conversation(front, session, told)
        data = {
            "session": session.id, "agent": told.agent, "report": told.event,
            "conversation": told.conversation_id, "reason": told.reason and told.reason[:1_000],
        }  # fmt: skip
        events.publish("agent.reported", data, session.user, session=session.id)
        return wire.AgentEventTaken(told.event, session.id, session_found=True)

    return routes


def _in_use(hand: Hand, places: Sequence[Place]) -> list[Place]:
    return [each for each in places if hand.look(each).is_in_use]


def _asked(home: Path, query: wire.HooksQuery) -> list[Place]:
    if query.directory is None:
        return _places(home, [query.agent] if query.agent else AGENTS, {})
    if query.agent is None:
        raise BadInput("directory: of which agent? Say agent too")
    return _places(home, [query.agent], {query.agent: query.directory})


def _places(home: Path, agents: Sequence[Agent], directories: Mapping[Agent, str]) -> list[Place]:
    for agent, directory in directories.items():
        if not Path(directory).is_absolute() or "\0" in directory:
            raise BadInput(f"the directory of {agent}: an absolute path is needed")
    moved = {agent: Path(directory) for agent, directory in directories.items()}
    return [user_place(agent, home, moved.get(agent)) for agent in dict.fromkeys(agents)]


def _session_of(front: Front, told: wire.AgentEvent) -> Session | None:
    word = told.session_id or (told.tmux_session_name or "").removeprefix("rdv-")
    try:
        return front.get(SessionId(word))
    except NotFound:
        return None


async def _keep_conversation(front: Front, session: Session, told: wire.AgentEvent) -> None:
    """Only of the agent that the session was begun for: another one may run inside of it."""
    id = told.conversation_id
    if id is None or told.agent != session.program.agent or id == session.conversation:
        return
    if not id.isprintable() or id.startswith("-"):
        raise BadInput("$.conversation_id: printable characters, and no dash in front")
    await front.change(session.id, lambda now: evolve(now, conversation=id))
