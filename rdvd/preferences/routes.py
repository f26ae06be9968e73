"""The routes of preferences."""

from typing import Any

from attrs import frozen

from rdvd import folders
from rdvd.events import Events
from rdvd.ground.answers import Reply
from rdvd.ground.etags import check_if_match, etag_of
from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Store
from rdvd.identity import Action, Thing, UserId, ensure, principal_of

from . import storage, wire
from .types import Defaults
from .wire import PreferencesPatch, PreferencesSaid, ResolvedShown

PLACE = "/api/preferences"


@frozen
class Desk:
    store: Store
    events: Events
    defaults: Defaults

    async def place(self, request: Request[Any], action: Action) -> tuple[UserId, str | None]:
        """Whose, and of which folder if the path names one."""
        by = principal_of(request)
        ensure(by, action, Thing(user=by.user))
        if "id" not in request.path:
            return by.user, None
        folder = await self.store.read(folders.find, request.path["id"], by.user)
        return by.user, folder.id

    async def said(self, request: Request[Any]) -> Reply:
        user, folder = await self.place(request, "item.read")
        return _reply(folder, await self.store.read(storage.said, user, folder))

    async def patch(self, request: Request[PreferencesPatch]) -> Reply:
        user, folder = await self.place(request, "item.change")
        changes, unset = wire.changes_of(request.body)
        return await self._change(request, user, folder, changes, unset)

    async def clear(self, request: Request[Any]) -> Reply:
        user, folder = await self.place(request, "item.change")
        present = await self.store.read(storage.said, user, folder)
        return await self._change(request, user, folder, {}, list(present))

    async def resolved(self, request: Request[Any]) -> ResolvedShown:
        user, folder = await self.place(request, "item.read")
        found = await self.store.read(storage.resolve, self.defaults, user, folder)
        return wire.resolved_shown(folder, found)

    async def _change(
        self,
        request: Request[Any],
        user: UserId,
        folder: str | None,
        changes: dict[str, Any],
        unset: list[str],
    ) -> Reply:
        def look(before: dict[str, Any]) -> None:
            etag = etag_of(wire.said_shown(folder, before))
            check_if_match(request.headers.get("if-match"), etag)

        after, is_new = await self.store.write(storage.say, user, folder, changes, unset, look)
        if is_new:
            self.events.publish("preferences.changed", {"folder": folder}, user)
        return _reply(folder, after)


def preference_routes(store: Store, events: Events, defaults: Defaults) -> Routes:
    desk = Desk(store, events, defaults)
    return _of_the_user(desk) + _of_folders(desk)


def _of_the_user(desk: Desk) -> Routes:
    routes = Routes()
    routes.route("GET", PLACE, "What you have said for all sessions", response=PreferencesSaid)(
        desk.said
    )
    routes.route(
        "PATCH", PLACE, "Say, or take back", request=PreferencesPatch, response=PreferencesSaid
    )(desk.patch)
    routes.route(
        "GET", f"{PLACE}/resolved", "What sessions in no folder get, and where from",
        response=ResolvedShown,
    )(desk.resolved)  # fmt: skip
    return routes


def _of_folders(desk: Desk) -> Routes:
    routes, place = Routes(), f"{PLACE}/folders/<id>"
    routes.route("GET", place, "What is said for a folder", response=PreferencesSaid)(desk.said)
    routes.route(
        "PATCH", place, "Say, or take back, for a folder",
        request=PreferencesPatch, response=PreferencesSaid,
    )(desk.patch)  # fmt: skip
    routes.route("DELETE", place, "Inherit everything again", response=PreferencesSaid)(desk.clear)
    routes.route(
        "GET", f"{place}/resolved", "What sessions in it get, and where from",
        response=ResolvedShown,
    )(desk.resolved)  # fmt: skip
    return routes


def _reply(folder: str | None, said: dict[str, Any]) -> Reply:
    view = wire.said_shown(folder, said)
    return Reply(view, etag=etag_of(view))
