"""Any exception as application/problem+json (RFC 9457): the one place that answers "no"."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

import trio
from attrs import evolve, field, frozen
from werkzeug.exceptions import HTTPException

from actors import Unavailable
from rdvd.ground.errors import Limited, Problem, Unauthenticated
from rdvd.ground.json import encode

PROBLEM_TYPE = "application/problem+json"
TRY_AGAIN_AFTER = 1  # seconds: a crashed actor is back after 0 to 5


@frozen
class Trouble:
    """What a client is told; `is_ours` means that a human must look at the log."""

    status: int
    code: str
    title: str
    detail: str = ""
    facts: Mapping[str, object] = field(factory=dict[str, object])
    headers: Mapping[str, str] = field(factory=dict[str, str])
    is_ours: bool = False

    def document(self, instance: str) -> bytes:
        """`instance` is the request's id. `error` and `message` are the seed's own members."""
        standing = {
            "type": f"urn:rdv:problem:{self.code.lower().replace('_', '-')}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail or self.title,
            "instance": instance,
            "code": self.code,
        }
        said = {"error": self.title, "message": self.detail or self.title, **self.facts}
        return encode({**said, **standing})


def trouble_of(error: BaseException) -> Trouble:
    """A group counts as its only leaf, or as its first if all of them are problems."""
    leaves = list(leaves_of(error))
    if len(leaves) == 1 or all(isinstance(leaf, Problem) for leaf in leaves):
        return _trouble_of_one(leaves[0])
    return OUR_FAULT


def leaves_of(error: BaseException) -> Iterator[BaseException]:
    match error:
        case BaseExceptionGroup(exceptions=inner):
            for each in inner:
                yield from leaves_of(each)
        case _:
            yield error


def _trouble_of_one(error: BaseException) -> Trouble:
    match error:
        case Problem():
            headers = _headers_of(error)
            detail = error.detail
            return Trouble(error.status, error.code, error.title, detail, error.facts, headers)
        case Unavailable():
            return UNAVAILABLE
        case trio.TooSlowError():
            return TOO_SLOW
        case HTTPException(code=int(status)) if 400 <= status < 500:
            headers = _headers_of_framework(error)
            detail = SAID_OF_ROUTES.get(status, "").format(headers.get("Allow"))
            return evolve(trouble_of_status(status, headers), detail=detail)
        case _:
            return OUR_FAULT


def trouble_of_status(status: int, headers: Mapping[str, str] | None = None) -> Trouble:
    """For what the framework or the protocol refuses before any of our code runs."""
    known = HTTPStatus(status)
    # name and phrase differ between Pythons for 413 only; ours is fixed in errors.py
    name, phrase = ("TOO_LARGE", "Too large") if status == 413 else (known.name, known.phrase)
    return Trouble(status, name, phrase, facts={}, headers=headers or {})


def _headers_of(error: Problem) -> dict[str, str]:
    match error:
        case Limited(retry_after=seconds, headers=further):
            return {"Retry-After": str(max(1, ceil(seconds))), **further}
        case Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case _:
            return {}


def _headers_of_framework(error: HTTPException) -> dict[str, str]:
    methods: Any = getattr(error, "valid_methods", None)
    return {"Allow": ", ".join(sorted(methods))} if methods else {}


SAID_OF_ROUTES = {
    404: "there is no such route; /docs and /openapi.json list all of them",
    405: "this route takes {} alone; /docs and /openapi.json list all of them",
}
OUR_FAULT = Trouble(
    500, "INTERNAL", "Internal error", "see the log for this request id", is_ours=True
)
TOO_SLOW = Trouble(504, "DEADLINE_EXCEEDED", "Gateway timeout", "not done before the deadline")
UNAVAILABLE = Trouble(
    503,
    "UNAVAILABLE",
    "Service unavailable",
    "this part is down or restarting",
    headers={"Retry-After": str(TRY_AGAIN_AFTER)},
)
