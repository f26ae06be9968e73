"""The routes of the trash: what is in it, out of it again, and out of the world."""

import re
from typing import Annotated, Any

import msgspec
from attrs import frozen

from rdvd import audit
from rdvd.ground.errors import BadInput
from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Store
from rdvd.identity import Action, Thing, ensure, principal_of

from .keeper import Trash
from .types import TrashEntry, TrashKind
from .views import Emptied, EntryShown, EntryWhole, RestoredShown, emptied, shown, whole

PATIENTLY = 600.0  # from one disk to another it may take its time
AGE = re.compile(r"(\d{1,6})([smhdw])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


@frozen
class TrashQuery:
    """`before`: the id of the last entry of the page before."""

    kind: TrashKind | None = None
    before: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 200


@frozen
class Restoring:
    """`to`: another directory, instead of where it was."""

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)] | None = None


@frozen
class EmptyQuery:
    """`older_than`: only what was thrown away so long ago, such as 12h, 7d or 2w."""

    older_than: str | None = None
    dry_run: bool = False


@frozen
class Desk:
    trash: Trash
    store: Store

    async def entry(self, request: Request[Any], action: Action) -> TrashEntry:
        """The entry of the path, by id or title."""
        by = principal_of(request)
        ensure(by, action, Thing(user=by.user))
        return await self.trash.find(request.path["id"], by.user)

    async def note(self, request: Request[Any], action: str, about: str | None, what: str) -> None:
        by = principal_of(request)
        await self.store.write(audit.append, audit.entry_by(by, action, about, what))


def trash_routes(trash: Trash, store: Store) -> Routes:
    desk = Desk(trash, store)
    return _looking(desk) + _acting(desk)


def _looking(desk: Desk) -> Routes:
    routes = Routes()

    @routes.route(
        "GET", "/api/trash", "What is in the trash, newest first",
        query=TrashQuery, response=list[EntryShown],
    )  # fmt: skip
    async def entries(request: Request[Any]) -> list[EntryShown]:
        by, query = principal_of(request), request.query(TrashQuery)
        ensure(by, "item.list", Thing(user=by.user))
        page = await desk.trash.page(by.user, query.kind, query.before, query.limit)
        waiting = await desk.trash.waiting_of(by.user)
        return [shown(entry, waiting.get(entry.id)) for entry in page]

    @routes.route(
        "GET", "/api/trash/<id>", "An entry, by id or title, with its files", response=EntryWhole
    )
    async def show(request: Request[Any]) -> EntryWhole:
        return whole(await desk.entry(request, "item.read"))

    return routes


def _acting(desk: Desk) -> Routes:
    routes, trash = Routes(), desk.trash

    @routes.route(
        "POST", "/api/trash/<id>/restore", "Take it out of the trash, to where it was or elsewhere",
        request=Restoring, query=Restoring, response=RestoredShown, deadline=PATIENTLY,
    )  # fmt: skip
    async def restore(request: Request[Restoring]) -> RestoredShown:
        entry = await desk.entry(request, "item.change")
        to = request.body.to or request.query(Restoring).to
        restored = await trash.restore(entry, to)
        await desk.note(request, "trash.restore", entry.id, entry.title)
        return RestoredShown(
            shown(entry), list(restored.places), list(restored.missing), list(restored.notes)
        )

    @routes.route("DELETE", "/api/trash/<id>", "Remove it for good", response=EntryShown)
    async def delete(request: Request[Any]) -> EntryShown:
        entry = await desk.entry(request, "item.change")
        await trash.delete([entry])
        await desk.note(request, "trash.delete", entry.id, entry.title)
        return shown(entry)

    @routes.route(
        "DELETE", "/api/trash", "Empty your trash; for the owner",
        query=EmptyQuery, response=Emptied, deadline=PATIENTLY,
    )  # fmt: skip
    async def empty(request: Request[Any]) -> Emptied:
        by, query = principal_of(request), request.query(EmptyQuery)
        ensure(by, "trash.empty")
        age = _milliseconds(query.older_than)
        if query.dry_run:
            return emptied(await trash.older_than(age, by.user), dry_run=True)
        gone = await trash.empty(age, by.user)
        await desk.note(request, "trash.empty", None, f"{len(gone.old)} entries")
        return emptied(gone, dry_run=False)

    return routes


def _milliseconds(age: str | None) -> int | None:
    if age is None:
        return None
    found = AGE.fullmatch(age)
    if found is None:
        raise BadInput("older_than: a number and one of s, m, h, d, w, such as 7d")
    return int(found[1]) * SECONDS[found[2]] * 1000
