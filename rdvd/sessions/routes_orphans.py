"""The routes of sessions: those without a row. Whose they were nobody knows: so for the owner."""

from typing import Any

from rdvd.ground.routes import Request, Routes
from rdvd.identity import principal_of

from . import wire
from .gate import PATIENTLY, Gate
from .orphans import end_orphan, find_orphan, find_orphans
from .views import OrphanEnded, OrphanShown, SessionShown, leftovers, shown, shown_orphan


def orphan_routes(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "GET", "/api/sessions/orphans", "tmux sessions of ours that have no session",
        response=list[OrphanShown],
    )  # fmt: skip
    async def orphans(request: Request[Any]) -> list[OrphanShown]:
        await gate.allow(principal_of(request), "daemon.operate")
        return [shown_orphan(each) for each in await find_orphans(front.shop)]

    @routes.route(
        "POST", "/api/sessions/orphans/adopt", "Make one a session of yours",
        request=wire.OrphanChoice, response=SessionShown, status=201,
    )  # fmt: skip
    async def adopt(request: Request[wire.OrphanChoice]) -> SessionShown:
        by, chosen = principal_of(request), request.body
        await gate.allow(by, "daemon.operate")
        session = await front.adopt(chosen.server, chosen.name, by.user)
        await gate.note(by, "session.adopt", session.id)
        return shown(session)

    @routes.route(
        "POST", "/api/sessions/orphans/end", "End one",
        request=wire.OrphanChoice, response=OrphanEnded, deadline=PATIENTLY,
    )  # fmt: skip
    async def end(request: Request[wire.OrphanChoice]) -> OrphanEnded:
        by, chosen = principal_of(request), request.body
        await gate.allow(by, "daemon.operate")
        orphan = await find_orphan(front.shop, chosen.server, chosen.name)
        survivors = await end_orphan(front.shop, orphan)
        await gate.note(by, "session.end_orphan", None, detail=chosen.name)
        return OrphanEnded(leftovers(survivors))

    return routes
