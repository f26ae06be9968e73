"""One request and what becomes of it, up to its line in the log."""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import trio
from attrs import define, field
from quart.wrappers import Request as QuartRequest

from rdvd.ground.errors import BadInput, Forbidden, NotFound
from rdvd.ground.flows import Flowing
from rdvd.ground.ids import new_id
from rdvd.ground.peer import Peer
from rdvd.ground.problems import Trouble, trouble_of
from rdvd.ground.routes import Route

LOG = logging.getLogger("rdvd.http")
SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
CLIENT_GONE = 499  # what nginx calls it: nobody was left to answer
NURSERY = "rdvd.nursery"  # where the scope of a request has it
LOGGED_PATH = 200
# What says who asks or what for: of two, one reader may believe the first, another the last.
GIVEN_ONCE = {"authorization", "idempotency-key", "content-type", "x-request-id"}
CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@define
class Exchange:
    id: str
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    peer: Peer | None
    shields: set[trio.CancelScope]  # what must be let go when the server has no time left
    nursery: trio.Nursery  # of the request: it ends with it, or with its client
    started: float
    route: Route | None = None
    principal: str | None = None
    is_replay: bool = False
    code: str | None = None
    bytes_in: int = 0
    status: int = CLIENT_GONE
    bytes_out: int | None = None
    flowing: Flowing | None = None
    extra_headers: Mapping[str, str] = field(factory=dict[str, str])

    def response_headers(self) -> dict[str, str]:
        return {**SECURITY_HEADERS, "X-Request-ID": self.id, **self.extra_headers}


def begin_exchange(request: QuartRequest) -> Exchange:
    headers = {name.lower(): value for name, value in request.headers.items()}
    scope = cast(Mapping[str, Any], request.scope)
    state: Mapping[str, Any] = scope.get("state") or {}
    return Exchange(
        id=request_id(headers.get("x-request-id")),
        method=request.method,
        path=request.path,
        headers=headers,
        peer=state.get("peer"),
        shields=state.get("shields", set[trio.CancelScope]()),
        nursery=scope[NURSERY],
        started=trio.current_time(),
    )


def request_id(offered: str | None) -> str:
    """The client's own if it is harmless in a log and in a header."""
    return offered if offered and SANE_ID.fullmatch(offered) else new_id()


def refuse_foreign_origin(origins: list[str], allowed: frozenset[str]) -> None:
    """A browser says where a page is from; pages of others have no business here."""
    if any(origin not in allowed for origin in origins):
        raise Forbidden("requests of web pages from this origin are refused", code="ORIGIN_REFUSED")


def refuse_hidden_slash(target: bytes) -> None:
    """Escaped, a slash is part of a name and no separator (RFC 3986, 2.2), and no name has one. The
    framework sees the path unescaped: what stands before us may have judged another one."""
    if b"%2f" in target.lower():
        raise NotFound("no path here has an escaped slash; /docs and /openapi.json list all routes")


def refuse_repeated(names: Iterable[str]) -> None:
    """Of headers that count once, such as everything that carries a credential."""
    known = set[str]()
    for name in map(str.lower, names):
        if name in known and (name in GIVEN_ONCE or name.startswith("x-rdv-")):
            raise BadInput(f"the header {name} is given more than once", code="REPEATED_HEADER")
        known.add(name)


def deadline_of(header: str | None, longest: float) -> float:
    """X-RDV-Deadline-Ms may lower the deadline, never raise it."""
    if header is None:
        return longest
    if not re.fullmatch(r"[1-9][0-9]{0,9}", header):
        raise BadInput("X-RDV-Deadline-Ms: a positive number of milliseconds")
    return min(longest, int(header) / 1000)


def note_flow(exchange: Exchange, flowing: Flowing) -> None:
    """What became of it: the status is the one that it would have been answered with, had it been
    known at the start."""
    exchange.bytes_out = flowing.sent
    if flowing.is_whole:
        exchange.status = flowing.status
    elif flowing.failure is not None:
        trouble = trouble_of(flowing.failure)
        exchange.status, exchange.code = trouble.status, trouble.code
        log_trouble(exchange, trouble, flowing.failure)


def log_trouble(exchange: Exchange | None, trouble: Trouble, error: BaseException) -> None:
    """Only what a human must look at; a refusal is no more than its canonical line."""
    if trouble.is_ours:
        known = exchange.id if exchange else None
        LOG.error("request_failed", exc_info=error, extra={"request_id": known})


def log_exchange(exchange: Exchange, seconds: float) -> None:
    """The canonical line. Never the query: people put secrets there."""
    peer = exchange.peer
    LOG.info(
        "request",
        extra={
            "request_id": exchange.id,
            "method": exchange.method,
            "path": exchange.path[:LOGGED_PATH],
            "route": exchange.route.path if exchange.route else None,
            "status": exchange.status,
            "code": exchange.code,
            "seconds": round(seconds, 6),
            "bytes_in": exchange.bytes_in,
            "bytes_out": exchange.bytes_out,
            "principal": exchange.principal,
            "peer_pid": peer.pid if peer else None,
            "peer_uid": peer.uid if peer else None,
            "replayed": exchange.is_replay,
        },
    )
