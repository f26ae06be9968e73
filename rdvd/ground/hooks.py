"""What the HTTP ground asks of whoever knows about people and limits."""

from collections.abc import Callable, Mapping
from typing import Protocol

from attrs import frozen

from rdvd.ground.peer import Peer
from rdvd.ground.routes import Route


class Authenticate(Protocol):
    async def __call__(self, headers: Mapping[str, str], peer: Peer | None, /) -> object:
        """The principal, never None; or raise Unauthenticated. Names of headers in lower case."""
        ...


class Authorize(Protocol):
    async def __call__(self, principal: object, route: Route, /) -> None:
        """Raise Forbidden, or return."""
        ...


class Limit(Protocol):
    async def __call__(self, who: object, category: str, /) -> Mapping[str, str]:
        """The RateLimit headers of the answer; or raise Limited. `who`: principal, else peer."""
        ...


@frozen
class Hooks:
    authenticate: Authenticate
    authorize: Authorize
    limit: Limit
    name_of: Callable[[object], str] = str  # stable: it keeps one's Idempotency-Keys from another's
