"""Routes as values, so that serving them and describing them cannot disagree."""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Generic, Literal, TypeVar

from attrs import field, frozen

from rdvd.ground.etags import check_if_match
from rdvd.ground.peer import Peer

Body = TypeVar("Body")
Query = TypeVar("Query")
Result = TypeVar("Result")

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
PATH_PARAMETER = re.compile(r"<(?:(?P<converter>[a-z]+):)?(?P<name>[a-z_]+)>")
ANYONE = "anyone"


@frozen
class Request(Generic[Body]):
    """What a handler sees. `body` is what its route promised; there is no other way to it."""

    id: str
    principal: object  # None only on routes for anyone, when nobody could be recognised
    peer: Peer | None  # None when the app is not behind our own accept loop
    path: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: Body
    parsed_query: object = None

    def query(self, kind: type[Query]) -> Query:
        """The query as the type that the route declared."""
        if not isinstance(self.parsed_query, kind):
            raise TypeError(f"the route declares no query of {kind.__name__}")
        return self.parsed_query

    def check_if_match(self, etag: str) -> None:
        check_if_match(self.headers.get("if-match"), etag)


Handler = Callable[[Request[Body]], Awaitable[object]]


@frozen
class Route:
    """`path` as `/api/sessions/<id>`. `who` and `category` are words for the hooks of the app.

    A `category` of "" is never limited. `idempotent` takes an Idempotency-Key.
    """

    method: Method
    path: str
    handler: Handler[Any] = field(repr=False)
    summary: str
    request: Any = None  # an attrs class, or a union of tagged ones
    query: Any = None
    response: Any = None  # None: {"success": true}
    status: int = 200
    who: str = "user"
    category: str = ""
    idempotent: bool = False
    response_type: str = "application/json"
    deadline: float | None = None  # seconds, where the app's own does not fit
    flows: bool = False  # its answer is a Flow; the deadline is that of its first piece

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(found["name"] for found in PATH_PARAMETER.finditer(self.path))


class Routes:
    """A table of routes; several may be added up."""

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        self._routes: list[Route] = []
        for route in routes:
            self.add(route)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def __len__(self) -> int:
        return len(self._routes)

    def __add__(self, other: "Routes") -> "Routes":
        return Routes([*self, *other])

    def add(self, route: Route) -> None:
        if any(route.name == known.name for known in self._routes):
            raise ValueError(f"{route.name} is declared twice")
        self._routes.append(route)

    def route(
        self,
        method: Method,
        path: str,
        summary: str,
        *,
        request: type[Body] | None = None,
        query: Any = None,
        response: Any = None,
        status: int = 200,
        who: str = "user",
        category: str | None = None,
        idempotent: bool | None = None,
        response_type: str = "application/json",
        deadline: float | None = None,
        flows: bool = False,
    ) -> Callable[[Handler[Body]], Handler[Body]]:
        """As a decorator. Unsaid, GET is of category "read", the rest of "write", and every POST
        takes an Idempotency-Key."""

        def declare(handler: Handler[Body]) -> Handler[Body]:
            kind = ("read" if method == "GET" else "write") if category is None else category
            repeatable = method == "POST" if idempotent is None else idempotent
            self.add(
                Route(
                    method, path, handler, summary, request, query, response, status,
                    who, kind, repeatable, response_type, deadline, flows,
                )
            )  # fmt: skip
            return handler

        return declare
