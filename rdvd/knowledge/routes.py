"""The routes of knowledge."""

import sqlite3
from pathlib import Path
from typing import Any

import trio

from rdvd.ground import json
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Conflict, NotFound
from rdvd.ground.private import make_directory, write_private
from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Store
from rdvd.ground.whole import whole_or_undone
from rdvd.identity import principal_of
from rdvd.projects import FindSite, Site, find_out
from rdvd.trash import Parcel, Trash, TrashEntry

from . import storage, wire
from .changing import change
from .types import Item
from .words import title_of


def knowledge_routes(store: Store, trash: Trash, find_site: FindSite, exports: Path) -> Routes:
    return _reading(store, find_site) + _changing(store, trash, find_site, exports)


def _reading(store: Store, find_site: FindSite) -> Routes:
    routes = Routes()

    @routes.route(
        "GET", "/api/folders/<id>/knowledge", "What is known of a folder, or found in it",
        query=wire.KnowledgeQuery, response=wire.KnowledgeShown,
    )  # fmt: skip
    async def show(request: Request[Any]) -> wire.KnowledgeShown:
        site = await find_site(principal_of(request), request.path["id"], "folder.read")
        return await store.read(_shown, site.folder, request.query(wire.KnowledgeQuery))

    return routes


def _changing(store: Store, trash: Trash, find_site: FindSite, exports: Path) -> Routes:
    routes = Routes()

    @routes.route(
        "PATCH", "/api/folders/<id>/knowledge", "Learn, correct, forget or use one thing",
        request=wire.KnowledgeChange, response=wire.Changed,
    )  # fmt: skip
    async def patch(request: Request[wire.KnowledgeChange]) -> wire.Changed:
        site = await find_site(principal_of(request), request.path["id"], "knowledge.learn")
        is_scan = request.body.action == "scan"
        found = (await find_out(store, site.project, anew=True)).found if is_scan else None
        return await store.write(change, site, request.body, found)

    @routes.route(
        "DELETE", "/api/folders/<id>/knowledge", "Forget all; a file with it goes to the trash",
        response=wire.Deleted,
    )  # fmt: skip
    async def forget(request: Request[Any]) -> wire.Deleted:
        site = await find_site(principal_of(request), request.path["id"], "item.change")
        items = await store.read(_known, site.folder)
        entry = await throw_away(trash, site, items, exports)
        return wire.Deleted(len(items), entry.id)

    return routes


def _shown(db: sqlite3.Connection, folder: str, query: wire.KnowledgeQuery) -> wire.KnowledgeShown:
    known = storage.find(db, folder)
    if known is None:
        return wire.KnowledgeShown(exists=False)
    if query.search is None:
        found = storage.items(db, folder, query.type, query.category)
        return wire.shown(known, found, None)
    hits = storage.search(db, [folder], query.search, query.type, query.limit)
    wanted = [hit for hit in hits if _fits(hit.item, query)]
    return wire.shown(known, [hit.item for hit in wanted], wanted)


def _fits(item: Item, query: wire.KnowledgeQuery) -> bool:
    return query.category is None or title_of(item.content) == query.category


def _known(db: sqlite3.Connection, folder: str) -> list[Item]:
    if storage.find(db, folder) is None:
        raise NotFound("nothing is known of this folder")
    return storage.items(db, folder)


async def throw_away(trash: Trash, site: Site, items: list[Item], exports: Path) -> TrashEntry:
    """As a file that `rdv knowledge import` takes."""
    file = exports / f"knowledge-{site.folder}-{now_ms()}.json"
    parcel = Parcel(site.user, "file", f"knowledge of {site.name}", place=str(file))

    def commit(db: sqlite3.Connection) -> None:
        if storage.items(db, site.folder) != items:
            raise Conflict("somebody has just learnt something of it: look again")
        storage.forget(db, site.folder)

    async with whole_or_undone(lambda: trio.to_thread.run_sync(file.unlink, True)):
        await trio.to_thread.run_sync(_write, file, json.encode(wire.exported(items)))
        return await trash.put(parcel, [file], commit)


def _write(file: Path, content: bytes) -> None:
    make_directory(file.parent)
    write_private(file, content)
