"""The routes of what was found in a project."""

from typing import Any

from attrs import frozen

from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Store
from rdvd.identity import principal_of

from .finder import find_out
from .site import FindSite
from .types import Project, Remembered


@frozen
class ProjectShown:
    """`at` is when it was looked at, in milliseconds since the epoch."""

    folder_id: str
    project_path: str
    at: int
    project: Project


def project_routes(store: Store, find_site: FindSite) -> Routes:
    routes = Routes()

    @routes.route(
        "GET", "/api/folders/<id>/metadata", "What the project of a folder is, by its files",
        response=ProjectShown,
    )  # fmt: skip
    async def show(request: Request[Any]) -> ProjectShown:
        site = await find_site(principal_of(request), request.path["id"], "folder.read")
        known = await find_out(store, site.project)
        return _shown(site.folder, str(site.project), known)

    @routes.route(
        "POST", "/api/folders/<id>/metadata/refresh", "Look at it anew", response=ProjectShown
    )
    async def refresh(request: Request[Any]) -> ProjectShown:
        site = await find_site(principal_of(request), request.path["id"], "folder.read")
        known = await find_out(store, site.project, anew=True)
        return _shown(site.folder, str(site.project), known)

    return routes


def _shown(folder: str, path: str, known: Remembered) -> ProjectShown:
    return ProjectShown(folder, path, known.at, known.found)
