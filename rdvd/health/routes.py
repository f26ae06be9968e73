"""How the daemon is, for anybody; the tree is for its owner."""

from typing import Any, cast

from rdvd.ground.errors import Problem
from rdvd.ground.routes import ANYONE, Request, Routes
from rdvd.identity import Principal, may

from .checks import Checks
from .types import Alive, Health, Ready


class NotReady(Problem):
    """It runs, and cannot do its work."""

    status = 503
    title = "Not ready"
    code = "NOT_READY"


def health_routes(checks: Checks) -> Routes:
    routes = Routes()

    @routes.route("GET", "/health", "How the daemon is", response=Health, who=ANYONE)
    async def health(request: Request[Any]) -> Health:
        asker = cast(Principal | None, request.principal)
        return await checks.health(with_tree=asker is not None and may(asker, "daemon.inspect"))

    @routes.route("GET", "/health/live", "Whether it runs at all", response=Alive, who=ANYONE)
    async def live(_: Request[Any]) -> Alive:
        return Alive()

    @routes.route("GET", "/health/ready", "Whether it can work", response=Ready, who=ANYONE)
    async def ready(_: Request[Any]) -> Ready:
        database = await checks.database()
        if database.reason is not None:
            raise NotReady(database.reason)
        return Ready()

    return routes
