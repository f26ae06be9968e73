"""The routes of sessions: what they are."""

from functools import partial
from typing import Any

from attrs import evolve

from actors import Ref
from rdvd.ground.answers import Reply
from rdvd.ground.etags import check_if_match, etag_of
from rdvd.ground.members import chosen
from rdvd.ground.routes import Request, Routes
from rdvd.identity import Auth, SessionId, Thing, principal_of

from . import changes, trees, wire
from .actor import SessionActor
from .filing import Filing
from .front import Front
from .gate import PATIENTLY, Gate
from .roster import GONE
from .routes_acts import act_routes
from .routes_logs import log_routes
from .routes_orphans import orphan_routes
from .routes_past import past_routes
from .routes_terminal import terminal_routes
from .types import Session, status_of
from .views import ClosedShown, SessionFound, SessionShown, found, shown, shown_left

WITH_ITS_TREE = 900.0  # a fetch, a checkout and a project's setup have limits of their own


def session_routes(front: Front, auth: Ref[Auth]) -> Routes:
    gate = Gate(front)
    whole = _listing(gate) + _single(gate) + _closing(gate) + act_routes(gate)
    whole += log_routes(gate) + past_routes(gate)
    return whole + orphan_routes(gate) + terminal_routes(gate, auth)


def _listing(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "GET", "/api/sessions", "Your sessions, in your order",
        query=wire.SessionQuery, response=list[SessionFound],
    )  # fmt: skip
    async def sessions(request: Request[Any]) -> list[SessionFound]:
        by, query = principal_of(request), request.query(wire.SessionQuery)
        await gate.allow(by, "session.list", Thing(user=by.user))
        fitting = [each for each in front.of(by.user) if _fits(each, query)]
        return [found(shown(each), front.printed_at(each.id)) for each in fitting]

    @routes.route(
        "POST", "/api/sessions", "Begin a session",
        request=wire.NewSession, response=SessionShown, status=201, deadline=WITH_ITS_TREE,
    )  # fmt: skip
    async def create(request: Request[wire.NewSession]) -> Reply:
        by = principal_of(request)
        await gate.allow(by, "session.create", Thing(user=by.user))
        folder = await Filing(front).find(request.body.folder_id, by.user)
        order = evolve(wire.order_of(request.body, by.user), folder=folder)
        session = await front.create(order, gate.noting(by, "session.create"))
        location = {"Location": f"/api/sessions/{session.id}"}
        return Reply(shown(session), headers=location)

    @routes.route("POST", "/api/sessions/reorder", "Put them in order", request=wire.Reordering)
    async def reorder(request: Request[wire.Reordering]) -> None:
        by = principal_of(request)
        await gate.allow(by, "session.list", Thing(user=by.user))
        await front.reorder(by.user, [SessionId(id) for id in request.body.session_ids])

    return routes


def _single(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front
    filing = Filing(front)

    @routes.route("GET", "/api/sessions/<id>", "A session, by id or name", response=SessionFound)
    async def show(request: Request[Any]) -> Reply:
        session = await gate.session(request, "session.read")
        view = shown(session)
        return Reply(found(view, front.printed_at(session.id)), etag=etag_of(view))

    @routes.route(
        "PATCH", "/api/sessions/<id>", "Change what is said of a session",
        request=wire.SessionPatch, response=SessionShown,
    )  # fmt: skip
    async def patch(request: Request[wire.SessionPatch]) -> Reply:
        is_report = changes.is_report(request.body)
        action = "session.report" if is_report else "session.change"
        session = await gate.session(request, action)
        folder = chosen(request.body.folder_id, session.folder)
        folder = await filing.find(folder, session.user)
        change = partial(_changed, request.body, request.headers.get("if-match"))
        session = await front.change(session.id, change)
        session = await filing.put(session, folder)
        view = shown(await _with_status(front, session, request.body))
        return Reply(view, etag=etag_of(view))

    @routes.route(
        "PUT", "/api/sessions/<id>/folder", "Put it into a folder, or into none",
        request=wire.FolderChoice, response=SessionShown,
    )  # fmt: skip
    async def folder(request: Request[wire.FolderChoice]) -> SessionShown:
        session = await gate.session(request, "session.change")
        folder = await filing.find(request.body.folder_id, session.user)
        return shown(await filing.put(session, folder))

    return routes


def _closing(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "DELETE", "/api/sessions/<id>", "Close it: end all that runs in it",
        query=wire.CloseQuery, response=ClosedShown, deadline=PATIENTLY,
    )  # fmt: skip
    async def close(request: Request[Any]) -> ClosedShown:
        session = await gate.session(request, "session.close")
        cleans_up = request.query(wire.CloseQuery).cleanup
        removal = await trees.check_tree(front.shop, session) if cleans_up else None
        left = await front.close(session.id, gate.noting(principal_of(request), "session.close"))
        if removal is not None:
            await front.shop.worktrees.remove(removal)
        return shown_left(left)

    return routes


def _changed(patch: wire.SessionPatch, if_match: str | None, session: Session) -> Session:
    """In turn with everything else, so that what was looked at is what is changed."""
    check_if_match(if_match, etag_of(shown(session)))
    return changes.apply(patch, session)


async def _with_status(front: Front, session: Session, patch: wire.SessionPatch) -> Session:
    if patch.status is None:
        return session
    actor = await front.actor(session.id)
    if patch.status == "suspended":
        return await actor.call(SessionActor.suspend, freezes=False)
    return await actor.call(SessionActor.resume)


def _fits(session: Session, query: wire.SessionQuery) -> bool:
    status = status_of(session.state)
    wanted = status not in GONE if query.status is None else status == query.status
    return wanted and query.folder_id in (None, session.folder)
