"""The routes of folders."""

from collections.abc import Callable, Sequence
from typing import Any

from attrs import evolve, frozen

from rdvd import audit
from rdvd.events import Events
from rdvd.ground.answers import Reply
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import BadInput
from rdvd.ground.etags import check_if_match, etag_of
from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Store
from rdvd.identity import Action, Principal, Thing, ensure, principal_of

from . import storage, wire
from .remover import Account, Remover
from .types import Folder, FolderId, Survivor
from .wire import FolderShown, Mode, Removal, shown, shown_inside

PATIENTLY = 600.0  # what runs in it has its grace to end


@frozen
class Desk:
    store: Store
    events: Events
    remover: Remover

    def asker(self, request: Request[Any], action: Action) -> Principal:
        by = principal_of(request)
        ensure(by, action, Thing(user=by.user))
        return by

    async def folder(self, request: Request[Any], action: Action) -> Folder:
        """The folder of the path, by id, name or names from the top."""
        by = self.asker(request, action)
        return await self.store.read(storage.find, request.path["id"], by.user)

    def tell(self, what: str, folder: Folder) -> None:
        self.events.publish(what, {"folder": shown(folder)}, folder.user)

    async def note(self, by: Principal, action: str, account: Account) -> None:
        what = f"{len(account.folders)} folders, {len(account.inside)} sessions"
        entry = audit.entry_by(by, action, account.folders[0].id, what)
        await self.store.write(audit.append, entry)


def folder_routes(store: Store, events: Events, remover: Remover) -> Routes:
    desk = Desk(store, events, remover)
    return _listing(desk) + _single(desk) + _arranging(desk) + _removing(desk)


def _listing(desk: Desk) -> Routes:
    routes = Routes()

    @routes.route("GET", "/api/folders", "Your folders, in your order", response=list[FolderShown])
    async def folders(request: Request[Any]) -> list[FolderShown]:
        by = desk.asker(request, "item.list")
        return [shown(each) for each in await desk.store.read(storage.of, by.user)]

    @routes.route(
        "POST", "/api/folders", "Make a folder",
        request=wire.NewFolder, response=FolderShown, status=201,
    )  # fmt: skip
    async def create(request: Request[wire.NewFolder]) -> Reply:
        by = desk.asker(request, "item.change")
        folder = await desk.store.write(storage.add, wire.folder_of(request.body, by.user))
        desk.tell("folder.created", folder)
        view = shown(folder)
        return Reply(view, etag=etag_of(view), headers={"Location": f"/api/folders/{folder.id}"})

    return routes


def _single(desk: Desk) -> Routes:
    routes = Routes()

    @routes.route("GET", "/api/folders/<id>", "A folder, by id or name", response=FolderShown)
    async def show(request: Request[Any]) -> Reply:
        view = shown(await desk.folder(request, "item.read"))
        return Reply(view, etag=etag_of(view))

    @routes.route(
        "GET", "/api/folders/<id>/children", "The folders right in it", response=list[FolderShown]
    )
    async def children(request: Request[Any]) -> list[FolderShown]:
        folder = await desk.folder(request, "item.read")
        return [shown(each) for each in await desk.store.read(storage.children, folder.id)]

    @routes.route(
        "PATCH", "/api/folders/<id>", "Change a folder",
        request=wire.FolderPatch, response=FolderShown,
    )  # fmt: skip
    async def patch(request: Request[wire.FolderPatch]) -> Reply:
        folder = await desk.folder(request, "item.change")

        def change(before: Folder) -> Folder:
            check_if_match(request.headers.get("if-match"), etag_of(shown(before)))
            return wire.patched(request.body, before)

        return await _changed(desk, folder, change)

    return routes


def _arranging(desk: Desk) -> Routes:
    routes = Routes()

    @routes.route("POST", "/api/folders/reorder", "Put them in order", request=wire.FolderOrder)
    async def reorder(request: Request[wire.FolderOrder]) -> None:
        by = desk.asker(request, "item.change")
        if len(set(request.body.folder_ids)) < len(request.body.folder_ids):
            raise BadInput("a folder is named twice")
        await desk.store.write(storage.reorder, by.user, request.body.folder_ids)
        desk.events.publish("folder.reordered", {}, by.user)

    @routes.route(
        "POST", "/api/folders/<id>/move", "Move it into another folder, or to the top",
        request=wire.FolderMove, response=FolderShown,
    )  # fmt: skip
    async def move(request: Request[wire.FolderMove]) -> Reply:
        folder, to = await desk.folder(request, "item.change"), request.body.parent_id
        parent = None if to is None else FolderId(to)

        def change(before: Folder) -> Folder:
            return evolve(before, parent=parent, updated=now_ms())

        return await _changed(desk, folder, change)

    return routes


def _removing(desk: Desk) -> Routes:
    routes, remover = Routes(), desk.remover

    @routes.route(
        "DELETE", "/api/folders/<id>", "Move it to the trash, alone or with all that is in it",
        query=wire.RemovalQuery, response=Removal, deadline=PATIENTLY,
    )  # fmt: skip
    async def delete(request: Request[Any]) -> Removal:
        by, folder = desk.asker(request, "item.change"), await desk.folder(request, "item.change")
        query, account = request.query(wire.RemovalQuery), await remover.account(folder)
        if query.recursive and query.move_to is not None:
            raise BadInput("recursive or move_to: one of both says what is to be done")
        if not query.recursive and query.move_to is None:
            remover.refuse_full(account)
        if query.dry_run:
            return _removal(account, "would_move" if query.move_to else "would_remove")
        survivors: list[Survivor] = []
        if query.move_to is None:
            entry, survivors = await remover.remove(account)
        else:
            entry = await remover.move_out(account, query.move_to)
        for each in account.folders if query.move_to is None else account.folders[:1]:
            desk.tell("folder.removed", each)
        await desk.note(by, "folder.delete", account)
        return _removal(account, "moved" if query.move_to else "removed", entry.id, survivors)

    return routes


async def _changed(desk: Desk, folder: Folder, change: Callable[[Folder], Folder]) -> Reply:
    after = await desk.store.write(storage.change, folder.id, folder.user, change)
    if after != folder:
        desk.tell("folder.updated", after)
    view = shown(after)
    return Reply(view, etag=etag_of(view))


def _removal(
    account: Account,
    outcome: Mode,
    trash_id: str | None = None,
    survivors: Sequence[Survivor] = (),
) -> Removal:
    return Removal(
        outcome,
        [shown(each) for each in account.folders[: wire.MOST_TOLD]],
        len(account.folders),
        [shown_inside(each) for each in account.inside[: wire.MOST_TOLD]],
        len(account.inside),
        trash_id,
        [wire.SurvivorShown(each.session, each.pid, each.command) for each in survivors],
    )
