"""The route of a folder's context."""

from typing import Any

from rdvd.folders import FolderBrief, FolderId
from rdvd.ground.errors import BadInput
from rdvd.ground.routes import Request, Routes
from rdvd.identity import principal_of
from rdvd.projects import FindSite

from .fitting import fit
from .gathering import Desk
from .views import LEAST_FIRST, SECTIONS, ContextQuery, ContextShown, SectionName

PATIENTLY = 30.0


def context_routes(desk: Desk, find_site: FindSite) -> Routes:
    routes = Routes()

    @routes.route(
        "GET", "/api/folders/<id>/context", "All that an agent needs to begin in a folder",
        query=ContextQuery, response=ContextShown, deadline=PATIENTLY,
    )  # fmt: skip
    async def context(request: Request[Any]) -> ContextShown:
        query = request.query(ContextQuery)
        wanted = _sections(query.include)
        site = await find_site(principal_of(request), request.path["id"], "folder.read")
        found, notes = await desk.gather(site, wanted)
        path = None if site.path is None else str(site.path)
        folder = FolderBrief(FolderId(site.folder), site.name, path)
        everything: dict[str, Any] = {"folder": folder, "notes": notes, **found}
        fitted = fit(everything, LEAST_FIRST, query.max_bytes)
        return ContextShown(**fitted.sections, left_out=fitted.left_out)

    return routes


def _sections(include: str | None) -> tuple[SectionName, ...]:
    if include is None:
        return SECTIONS
    names = [name.strip() for name in include.split(",") if name.strip()]
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        raise BadInput(f"include: no {', '.join(unknown)[:100]}; there are {', '.join(SECTIONS)}")
    return tuple(name for name in SECTIONS if name in names)
