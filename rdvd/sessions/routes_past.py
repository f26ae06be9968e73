"""The routes of sessions: all logs searched, and one as a recording."""

from typing import Annotated, Any, Literal

import msgspec
import trio
from attrs import frozen

from rdvd import screens
from rdvd.bytelog import ByteLog
from rdvd.ground.errors import BadInput
from rdvd.ground.flows import Flow
from rdvd.ground.members import Id
from rdvd.ground.routes import Request, Routes
from rdvd.identity import SessionId, Thing, principal_of
from rdvd.screens import CastOptions, CutOff, Query

from .gate import Gate
from .types import Session, exit_of
from .wire import Moment

MOST_SEARCHED = 512 * 1024 * 1024
DEADLINE = 150.0
ASCIICAST = "application/x-asciicast"


@frozen
class SearchQuery:
    """Text, or a `regex`, in what sessions printed, line by line. Times in milliseconds."""

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    regex: bool = False
    ignore_case: bool = False
    session: Id | None = None
    folder_id: Id | None = None
    since: Moment | None = None
    until: Moment | None = None
    context: Annotated[int, msgspec.Meta(ge=0, le=50)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100


@frozen
class HitShown:
    """A line, at its offset in the session's log, and those around it; secrets are hidden."""

    session_id: str
    session_name: str
    offset: int
    end: int
    at: int | None
    line: str
    before: list[str]
    after: list[str]


@frozen
class SearchResult:
    """`cut_off`: there may be more, because there were enough matches, bytes, or seconds."""

    hits: list[HitShown]
    sessions: int  # that were to be searched
    cut_off: CutOff | None


@frozen
class RecordingQuery:
    """Which part, by times in milliseconds. `idle`: longer pauses are cut to so many seconds."""

    format: Literal["asciicast-v2", "asciicast-v3"] = "asciicast-v2"
    since: Moment | None = None
    until: Moment | None = None
    idle: Annotated[float, msgspec.Meta(gt=0, le=86_400)] | None = None


def past_routes(gate: Gate) -> Routes:
    routes = Routes()

    @routes.route(
        "GET", "/api/log/search", "Search what your sessions printed",
        query=SearchQuery, response=SearchResult, category="exec", deadline=DEADLINE,
    )  # fmt: skip
    async def search(request: Request[Any]) -> SearchResult:
        query = request.query(SearchQuery)
        chosen = await _chosen(gate, request, query)
        found = await screens.search(_order(gate, query, chosen))
        names = {each.id: each.name for each in chosen}
        hits = [_hit(each, names) for each in found.hits]
        return SearchResult(hits, len(chosen), found.cut_off)

    @routes.route(
        "GET", "/api/sessions/<id>/recording", "An asciicast of it, without secrets",
        query=RecordingQuery, category="exec", deadline=DEADLINE, response_type=ASCIICAST,
        flows=True,
    )  # fmt: skip
    async def recording(request: Request[Any]) -> Flow:
        session = await gate.session(request, "session.watch")
        query, shop = request.query(RecordingQuery), gate.front.shop
        directory = shop.home(session.id).path
        options = await trio.to_thread.run_sync(_options, ByteLog(directory), session, query)
        order = screens.Record(str(directory), options, shop.redactor.own)
        headers = {"Content-Disposition": f'attachment; filename="{session.id}.cast"'}
        return Flow(screens.record(order), ASCIICAST, headers=headers)

    return routes


async def _chosen(gate: Gate, request: Request[Any], query: SearchQuery) -> list[Session]:
    """Those that were used last come first: the search may be cut off."""
    by = principal_of(request)
    if query.session is not None:
        one = await gate.named(by, query.session, "session.watch")
        return [one] if query.folder_id in (None, one.folder) else []
    await gate.allow(by, "session.list", Thing(user=by.user))
    found = [each for each in gate.visible(by) if query.folder_id in (None, each.folder)]
    return sorted(found, key=lambda each: each.updated, reverse=True)


def _order(gate: Gate, query: SearchQuery, chosen: list[Session]) -> screens.Search:
    shop = gate.front.shop
    if query.since is not None and query.until is not None and query.since > query.until:
        raise BadInput("since is after until")
    logs = [(str(each.id), str(shop.home(each.id).path)) for each in chosen]
    wanted = Query(query.q, query.regex, query.ignore_case, query.context, query.since, query.until)
    return screens.Search(logs, wanted, query.limit, MOST_SEARCHED, shop.redactor.own)


def _hit(hit: screens.Hit, names: dict[SessionId, str]) -> HitShown:
    return HitShown(
        hit.session, names[SessionId(hit.session)], hit.offset, hit.end, hit.at, hit.line,
        list(hit.before), list(hit.after),
    )  # fmt: skip


def _options(log: ByteLog, session: Session, query: RecordingQuery) -> CastOptions:
    """The part that is asked for."""
    if query.since is not None and query.until is not None and query.since > query.until:
        raise BadInput("since is after until")
    start = log.first if query.since is None else log.offset_at(query.since - 1)
    end = log.end if query.until is None else log.offset_at(query.until)
    how = exit_of(session) if query.until is None else None
    return CastOptions(
        version=3 if query.format == "asciicast-v3" else 2,
        start=start, end=end, longest_pause=query.idle, title=session.name,
        exit_status=how.code if how is not None else None,
    )  # fmt: skip
