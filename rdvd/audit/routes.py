"""Reading the audit log, and checking that it is whole."""

from typing import Any

from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Store
from rdvd.identity import ensure, principal_of

from .keeper import Keeper
from .storage import page
from .types import Page, Query, Verdict


def audit_routes(store: Store, keeper: Keeper) -> Routes:
    routes = Routes()

    @routes.route("GET", "/api/audit", "What was done, newest first", query=Query, response=Page)
    async def read(request: Request[Any]) -> Page:
        ensure(principal_of(request), "audit.read")
        return await store.read(page, request.query(Query))

    @routes.route("GET", "/api/audit/verify", "Whether the log is whole", response=Verdict)
    async def check(request: Request[Any]) -> Verdict:
        ensure(principal_of(request), "audit.read")
        return await keeper.verify()

    return routes
