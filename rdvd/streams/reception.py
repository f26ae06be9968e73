"""From a knock to a visit: origin, place, credential, rate, permission, in this order."""

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from actors import Topic
from rdvd.ground.errors import BadInput, Limited, NotFound
from rdvd.ground.json import decode
from rdvd.ground.peer import Peer
from rdvd.identity import Principal, TokenRevoked, wait_until_ended
from rdvd.limits import key_of

from .census import Census
from .entrance import Entrance
from .handshake import Knock
from .patterns import match
from .stream import StreamRoute
from .types import Credential

MOST_EACH = 64  # streams of one principal, so that nobody takes everybody's


@frozen
class Visit:
    """Somebody who may be upgraded; None is who has yet to say who they are."""

    route: StreamRoute
    path: Mapping[str, str]
    knock: Knock
    peer: Peer
    principal: Principal | None = None


class Reception:
    """What all connections of one server share."""

    def __init__(
        self,
        entrance: Entrance,
        routes: Sequence[StreamRoute],
        ended: Topic[TokenRevoked],
        census: Census,
    ) -> None:
        self._entrance = entrance
        self._routes = routes
        self._ended = ended
        self.census = census

    async def admit(self, knock: Knock, peer: Peer) -> Visit:
        self._entrance.refuse_foreign_origin(knock)
        route, path = self._find(knock.path)
        visit = Visit(route, path, knock, peer)
        if not knock.tells_later:
            principal = await self._entrance.by_knock(knock, peer)
            await self._let_in(visit, principal)
            return evolve(visit, principal=principal)
        if route.admits == "before upgrade":
            raise BadInput(f"{route.pattern} wants the credential before the upgrade")
        return visit

    async def admit_by_message(self, visit: Visit, message: str | bytes) -> Principal:
        data = message.encode() if isinstance(message, str) else message
        credential = decode(data, Credential)
        principal = await self._entrance.by_message(credential, visit.peer)
        await self._let_in(visit, principal)
        return principal

    async def wait_until_ended(self, principal: Principal) -> None:
        """Until a token that it stands on has ended."""
        await wait_until_ended(principal, self._ended, self._entrance.check_still_good)

    def pattern_of(self, path: str) -> str:
        """For the figures: "" is none of ours."""
        found = (route.pattern for route in self._routes if match(route.pattern, path) is not None)
        return next(found, "")

    def _find(self, path: str) -> tuple[StreamRoute, Mapping[str, str]]:
        for route in self._routes:
            if (parameters := match(route.pattern, path)) is not None:
                return route, parameters
        known = ", ".join(route.pattern for route in self._routes)
        raise NotFound(f"there is no such stream here, only {known}")

    async def _let_in(self, visit: Visit, principal: Principal) -> None:
        self._entrance.count(principal, visit.route.category)
        if self.census.held_by(key_of(principal)) >= MOST_EACH:
            raise Limited(f"you have {MOST_EACH} streams open: close some", retry_after=1)
        await visit.route.ensure(principal, visit.path)
