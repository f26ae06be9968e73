"""The configuration of the running daemon, for its owner."""

from typing import Any

from actors import Ref
from rdvd.ground.routes import Request, Routes
from rdvd.identity import principal_of

from .actor import Configuration
from .types import HeldConfig, Reloaded


def config_routes(configuration: Ref[Configuration]) -> Routes:
    routes = Routes()

    @routes.route(
        "GET", "/api/config",
        "For the owner (config.read): every setting as the daemon holds it, and what waits",
        response=HeldConfig,
    )  # fmt: skip
    async def show(request: Request[Any]) -> HeldConfig:
        return await configuration.call(Configuration.show, principal_of(request))

    @routes.route(
        "POST", "/api/config/reload",
        "For the owner (config.reload): take up what can change live, as on SIGHUP",
        response=Reloaded, idempotent=False,
    )  # fmt: skip
    async def reload(request: Request[Any]) -> Reloaded:
        return await configuration.call(Configuration.reload, principal_of(request))

    return routes
