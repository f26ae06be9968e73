"""The routes of sessions: all that one has ever printed."""

from typing import Annotated, Any

import msgspec
import trio
from attrs import frozen

from rdvd.bytelog import ByteLog
from rdvd.ground.answers import Binary
from rdvd.ground.routes import Request, Routes

from .gate import Gate
from .logs import MOST, Extract, LogState, extract, inspect, parse_range


@frozen
class LogQuery:
    """From which offset on, and how many bytes at most. Offsets count every byte ever printed."""

    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 1_048_576


def log_routes(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "GET", "/api/sessions/<id>/log", "What it printed, byte by byte; takes Range",
        query=LogQuery, response_type="application/octet-stream",
    )  # fmt: skip
    async def log(request: Request[Any]) -> Binary:
        session = await gate.session(request, "session.watch")
        query, wanted = request.query(LogQuery), request.headers.get("range")
        source = ByteLog(front.shop.home(session.id).path)

        def read() -> Extract:
            if wanted is None:
                return extract(source, query.offset, query.limit)
            return extract(source, *parse_range(wanted, source.end))

        found = await trio.to_thread.run_sync(read)
        return Binary(found.data, 200 if wanted is None else 206, headers=_headers(found))

    @routes.route(
        "GET", "/api/sessions/<id>/log/verify", "Whether its log is whole", response=LogState
    )
    async def verify(request: Request[Any]) -> LogState:
        session = await gate.session(request, "session.watch")
        source = ByteLog(front.shop.home(session.id).path)
        return await trio.to_thread.run_sync(inspect, source)

    return routes


def _headers(found: Extract) -> dict[str, str]:
    told = {
        "Accept-Ranges": "bytes",
        "X-RDV-Offset": str(found.offset),
        "X-RDV-First": str(found.first),
        "X-RDV-End": str(found.end),
    }
    if found.data:
        last = found.offset + len(found.data) - 1
        told["Content-Range"] = f"bytes {found.offset}-{last}/{found.end}"
    return told
