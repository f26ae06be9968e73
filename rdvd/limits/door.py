"""The door of the HTTP ground: who asks, may they at all, and not too often."""

from collections.abc import Mapping
from typing import Any, cast

from actors import Ref
from rdvd.ground.errors import Forbidden, Unauthenticated
from rdvd.ground.hooks import Hooks
from rdvd.ground.peer import Peer
from rdvd.ground.routes import Route
from rdvd.identity import Auth, Owner, Principal, name_of

from .guard import Guard, category_of
from .keys import key_of


class Door:
    """What is finer than this, such as whose token it is, the slices decide themselves."""

    def __init__(self, auth: Ref[Auth], guard: Guard) -> None:
        self._auth = auth
        self._guard = guard

    def hooks(self) -> Hooks:
        return Hooks(self.authenticate, self.authorize, self.limit, _name_of)

    async def authenticate(self, headers: Mapping[str, str], peer: Peer | None) -> Principal:
        """A wrong credential counts against whoever shows it, a right one always passes."""
        try:
            return await self._auth.call(Auth.authenticate, headers, peer)
        except Unauthenticated:
            self._guard.failed(key_of(peer))
            raise

    async def authorize(self, principal: object, route: Route) -> None:
        if route.who == "owner" and not isinstance(principal, Owner):
            raise Forbidden("only the owner may do this")

    async def limit(self, who: object, category: str) -> Mapping[str, str]:
        return self._guard.check(key_of(cast(Any, who)), category_of(category))


def _name_of(principal: object) -> str:
    return name_of(cast(Principal, principal))
