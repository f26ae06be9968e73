"""Who is let in: every "no" is a `Problem`."""

from collections.abc import Mapping

from actors import Ref
from rdvd.ground.errors import Unauthenticated
from rdvd.ground.exchange import refuse_foreign_origin
from rdvd.ground.peer import Peer
from rdvd.identity import Auth, Principal
from rdvd.limits import Category, Guard, key_of

from .handshake import Knock
from .types import Credential


class Entrance:
    def __init__(
        self, auth: Ref[Auth], guard: Guard, allowed_origins: frozenset[str] = frozenset()
    ) -> None:
        self._auth = auth
        self._guard = guard
        self._allowed_origins = allowed_origins

    def take(self, allowed_origins: frozenset[str]) -> None:
        """For everybody who knocks from now on."""
        self._allowed_origins = allowed_origins

    def refuse_foreign_origin(self, knock: Knock) -> None:
        refuse_foreign_origin(knock.origins, self._allowed_origins)

    async def by_knock(self, knock: Knock, peer: Peer) -> Principal:
        return await self._authenticate(knock.headers, peer, knock.ticket)

    async def by_message(self, credential: Credential, peer: Peer) -> Principal:
        headers = {"authorization": f"Bearer {credential.token}"}
        if credential.user is not None:  # only a service acts for somebody, and shows it like this
            headers = {"x-rdv-service-token": credential.token, "x-rdv-user-id": credential.user}
        return await self._authenticate(headers, peer, None)

    def count(self, principal: Principal, category: Category) -> None:
        """Raise `TooOften` if it opens streams too often."""
        self._guard.check(key_of(principal), category)

    async def check_still_good(self, principal: Principal) -> None:
        await self._auth.call(Auth.check_still_good, principal)

    async def _authenticate(
        self, headers: Mapping[str, str], peer: Peer, ticket: str | None
    ) -> Principal:
        """A wrong credential counts against whoever shows it, a right one always passes."""
        try:
            return await self._auth.call(Auth.authenticate, headers, peer, ticket)
        except Unauthenticated:
            self._guard.failed(key_of(peer))
            raise
