"""The routes of sessions: what is done with a whole one."""

from typing import Any

from rdvd.ground.routes import Request, Routes
from rdvd.identity import Thing, principal_of

from . import wire
from .actor import SessionActor
from .explanation import Explanation, explain
from .gate import PATIENTLY, Gate
from .views import RestoredShown, SessionShown, shown


def act_routes(gate: Gate) -> Routes:
    return _pausing(gate) + _restarting(gate) + _ending(gate)


def _pausing(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/sessions/<id>/suspend", "Suspend it; its processes go on, or are frozen",
        request=wire.Suspending, response=SessionShown,
    )  # fmt: skip
    async def suspend(request: Request[wire.Suspending]) -> SessionShown:
        session = await gate.session(request, "session.change")
        actor = await front.actor(session.id)
        after = await actor.call(SessionActor.suspend, freezes=request.body.freeze)
        await gate.note(principal_of(request), "session.suspend", session.id)
        return shown(after)

    @routes.route(
        "POST", "/api/sessions/<id>/resume", "Resume it",
        request=wire.Resuming, response=SessionShown, deadline=PATIENTLY,
    )  # fmt: skip
    async def resume(request: Request[wire.Resuming]) -> SessionShown:
        session = await gate.session(request, "session.change")
        actor = await front.actor(session.id)
        after = await actor.call(SessionActor.resume, relaunches=request.body.relaunch)
        await gate.note(principal_of(request), "session.resume", session.id)
        return shown(after)

    return routes


def _restarting(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/sessions/<id>/restart", "End what runs in it and begin it anew",
        response=SessionShown, deadline=PATIENTLY,
    )  # fmt: skip
    async def restart(request: Request[Any]) -> SessionShown:
        session = await gate.session(request, "session.change")
        actor = await front.actor(session.id)
        after = await actor.call(SessionActor.restart)
        await gate.note(principal_of(request), "session.restart", session.id)
        return shown(after)

    @routes.route(
        "GET", "/api/sessions/<id>/explain", "Why it is in the state it is in",
        response=Explanation,
    )  # fmt: skip
    async def why(request: Request[Any]) -> Explanation:
        session = await gate.session(request, "session.read")
        return await explain(front.shop, session)

    return routes


def _ending(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/sessions/<id>/trash", "Close it and move it to the trash",
        response=SessionShown, deadline=PATIENTLY,
    )  # fmt: skip
    async def trash(request: Request[Any]) -> SessionShown:
        session = await gate.session(request, "session.close")
        after = await front.trash(session.id)
        await gate.note(principal_of(request), "session.trash", session.id)
        return shown(after)

    @routes.route(
        "POST", "/api/sessions/<id>/untrash", "Take it out of the trash", response=SessionShown
    )
    async def untrash(request: Request[Any]) -> SessionShown:
        session = await gate.session(request, "session.change")
        after = await front.untrash(session.id)
        await gate.note(principal_of(request), "session.untrash", session.id)
        return shown(after)

    @routes.route(
        "POST", "/api/sessions/restore", "Begin all that were lost anew",
        response=RestoredShown, deadline=PATIENTLY,
    )  # fmt: skip
    async def restore(request: Request[Any]) -> RestoredShown:
        by = principal_of(request)
        await gate.allow(by, "session.create", Thing(user=by.user))
        alive, failed = await front.restore(by.user)
        await gate.note(by, "session.restore", None, detail=f"{len(alive)} of them")
        told = {str(id): why for id, why in failed.items()}
        return RestoredShown([shown(each) for each in alive], told)

    return routes
