"""Auth: the tokens held hot in memory, and everything that changes them."""

import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import trio
from attrs import evolve, frozen

from actors import Actor, Topic
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Conflict, Forbidden, NotFound, Problem
from rdvd.ground.ids import new_id
from rdvd.ground.peer import Peer
from rdvd.ground.store import Along, Store, alone

from .authority import NOTHING, Action, Thing, ensure, may
from .credentials import Headers, shown_by
from .keyring import Moment
from .peers import Callers, Homes, refuse_foreigner
from .recognition import Recognition
from .recording import Record, Scribe
from .settings import AuthSettings
from .storage import Vault
from .tally import ShownKind, Tally, kind_of
from .tokens import Secret, new_secret
from .types import (
    OURSELVES,
    AuthEvent,
    NewToken,
    Principal,
    SessionId,
    Ticket,
    TicketAction,
    Token,
    TokenId,
    TokenRevoked,
    User,
    UserId,
    done_unasked,
    name_of,
)

log = logging.getLogger("rdvd.identity")

HOUR = 3600.0
MOST_REMEMBERED = 1_000


@frozen
class Minted:
    """A new token, and the one chance to see its value."""

    token: Token
    secret: Secret


@frozen
class MintedTicket:
    """A ticket, and how long it waits to be used."""

    secret: Secret
    expires_in_seconds: float


class Auth(Actor):
    """Knows every good token. `ended` hears of each that ends; `record` writes the audit log."""

    def __init__(
        self,
        store: Store,
        settings: AuthSettings,
        homes: Homes,
        ended: Topic[TokenRevoked],
        record: Record,
        *,
        tally: Tally | None = None,
        today: Callable[[], int] = now_ms,
    ) -> None:
        self._tally = tally or Tally()
        self._vault = Vault(store, settings)
        self._callers = Callers(homes)
        self._ended = ended
        self._scribe = Scribe(record, store)
        self._today = today
        self._changed = trio.Event()
        self._recorded: OrderedDict[tuple[str, str | None], None] = OrderedDict()

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        await self._vault.open(self._now())
        self.spawn(self._tidy_when_due)
        yield
        await self._vault.write_uses()

    async def take(self, settings: AuthSettings) -> None:
        """From now on; what has become due by it is done at once."""
        self._vault.settings = settings
        await self.tidy()
        self._changed.set()

    async def authenticate(
        self, headers: Headers, peer: Peer | None, ticket: str | None = None
    ) -> Principal:
        """Who asks. A credential that is wrong is refused, whatever else would have done."""
        kind: ShownKind = "unreadable"
        try:
            if peer is not None:
                refuse_foreigner(peer)
            shown = shown_by(headers, ticket)
            kind = kind_of(shown.secret if shown else None)
            found = self._recognition(peer).principal(shown, self._now())
        except Problem as problem:
            self._tally.count(kind, "refused")
            await self._record_refusal(problem, peer)
            raise
        self._tally.count(kind, "accepted")
        principal = evolve(found, peer=_place(peer))
        self._note_use(principal)
        await self._record_first_use(principal)
        return principal

    async def check_still_good(self, principal: Principal) -> None:
        """Raise `Unauthenticated` if a token that this principal stands on has ended since."""
        self._recognition(None).check_still_good(principal, self._now())

    async def user(self, by: Principal) -> User:
        await self._ensure(by, "user.read", Thing(user=by.user))
        return self._vault.user(by.user)

    async def create_user(self, by: Principal, name: str) -> User:
        await self._ensure(by, "user.create")
        user = await self._vault.add_user(name, self._now())
        await self._tell(by, "user.create", user.id)
        return user

    async def tokens(self, by: Principal) -> list[Token]:
        """The good tokens that the asker may see, oldest first."""
        await self._ensure(by, "token.list", Thing(user=by.user))
        return [token for token in self._vault.keyring.all(self._now()) if _may_see(by, token)]

    async def token(self, by: Principal, id: TokenId) -> Token:
        token = self._vault.keyring.get(id, self._now())
        if token is None or not _may_see(by, token):
            raise NotFound(f"there is no token {id}")
        return token

    async def mint(self, by: Principal, order: NewToken, user: UserId | None = None) -> Minted:
        """A token for oneself, or, as the owner, for another user."""
        thing = Thing(user=user or by.user)
        await self._ensure(by, "token.mint_cli" if order.kind == "cli" else "token.mint", thing)
        secret = new_secret(order.kind)
        token = await self._vault.mint(
            secret, order, self._vault.user(user or by.user), self._now()
        )
        self._changed.set()
        await self._tell(by, "token.mint", token.id)
        return Minted(token, secret)

    async def mint_for_session(
        self, session: SessionId, user: UserId, *, along: Along = alone
    ) -> Minted:
        """For the environment of a session that is about to begin. Only our own code asks."""
        secret = new_secret("ses")
        minting = self._vault.minting_for_session(secret, session, user, self._now())
        event = done_unasked("token.mint", minting.token)
        await self._scribe.note_with([event], minting.write, along)
        self._vault.hold(minting, self._now())
        return Minted(minting.token, secret)

    async def revoke(self, by: Principal, id: TokenId) -> Token:
        """Good until this returns, and never after."""
        token = await self.token(by, id)
        await self._ensure(by, "token.revoke", Thing(user=token.user))
        if token.kind == "svc":
            raise Conflict("the service token is rotated, not revoked", code="ROTATE_INSTEAD")
        await self._end([token.id])
        await self._tell(by, "token.revoke", token.id)
        return token

    async def revoke_session(self, session: SessionId, *, along: Along = alone) -> None:
        """A session closed: nobody speaks for it any more. Only our own code asks."""
        tokens = self._vault.keyring.of_session(session, self._now())
        events = [done_unasked("token.revoke", each) for each in tokens]
        ids = [each.id for each in tokens]
        await self._scribe.note_with(events, self._vault.revoking(ids, self._now()), along)
        self._drop(ids)

    async def rotate_service_token(self, by: Principal) -> Token:
        """Put a new one in the file; the old one stays good for the time of the overlap."""
        await self._ensure(by, "service_token.rotate")
        token = await self._rotate()
        await self._tell(by, "service_token.rotate", token.id)
        return token

    async def mint_ticket(
        self, by: Principal, action: TicketAction, thing: Thing | None = None
    ) -> MintedTicket:
        """To open one stream, once, soon. `thing` is what it shows; oneself if left out."""
        thing = thing or Thing(user=by.user, session=getattr(by, "session", None))
        await self._ensure(by, "ticket.mint", thing)
        await self._ensure(by, action, thing)
        assert not isinstance(by, Ticket)  # it may nothing but what it is for
        secret = new_secret("tkt")
        ticket = Ticket(by, TokenId(new_id()), action, thing.session)
        self._vault.keep_ticket(ticket, secret, self._now())
        await self._tell(by, "ticket.mint", ticket.token)
        return MintedTicket(secret, self._vault.settings.ticket_seconds)

    async def tidy(self) -> None:
        """End what is over, write down what was used, and rotate what is old."""
        now = self._now()
        self._vault.keyring.drop_old_tickets(now)
        for id in self._vault.keyring.drop_over(now):
            self._ended.publish(TokenRevoked(id, "expired"))
            await self._scribe.note(AuthEvent("token.expire", "accepted", None, id, OURSELVES))
        await self._vault.write_uses()
        if self._vault.is_rotation_due(now):
            await self._rotate_if_it_can()

    async def _end(self, ids: list[TokenId]) -> None:
        await self._scribe.note_with((), self._vault.revoking(ids, self._now()))
        self._drop(ids)

    def _drop(self, ids: list[TokenId]) -> None:
        for id in self._vault.keyring.drop(ids):
            self._ended.publish(TokenRevoked(id, "revoked"))

    async def _rotate(self) -> Token:
        token = await self._vault.rotate_service_token(self._now())
        self._changed.set()
        return token

    async def _rotate_if_it_can(self) -> None:
        try:
            token = await self._rotate()
            await self._scribe.note(done_unasked("service_token.rotate", token))
        except Problem as problem:  # the old one stays good, and an hour later we try again
            log.error("service_token.not_rotated", extra={"error": str(problem)})

    async def _tidy_when_due(self) -> None:
        while True:
            self._changed = trio.Event()
            due = self._vault.next_due(self._now())
            with trio.move_on_at(min(due, trio.current_time() + HOUR)):
                await self._changed.wait()
                continue
            await self.ref.call(Auth.tidy)

    def _recognition(self, peer: Peer | None) -> Recognition:
        return self._vault.recognition(lambda: self._callers.look(peer))

    def _note_use(self, principal: Principal) -> None:
        had_none = not self._vault.keyring.has_uses
        if principal.token is not None:
            self._vault.note_use(principal.token, self._now())
        if had_none and self._vault.keyring.has_uses:
            self._changed.set()

    async def _record_first_use(self, principal: Principal) -> None:
        """Every pair of principal and process once: each request would drown the log."""
        key = (name_of(principal), principal.peer)
        is_new = key not in self._recorded or isinstance(principal, Ticket)
        self._recorded[key] = None
        self._recorded.move_to_end(key)
        if len(self._recorded) > MOST_REMEMBERED:
            self._recorded.popitem(last=False)
        if is_new:
            await self._tell(principal, "authenticate")

    async def _record_refusal(self, problem: Problem, peer: Peer | None) -> None:
        token: TokenId | None = getattr(problem, "token", None)
        await self._scribe.note(
            AuthEvent("authenticate", "refused", None, token, _place(peer), reason=problem.code)
        )

    async def _ensure(self, by: Principal, action: Action, thing: Thing = NOTHING) -> None:
        try:
            ensure(by, action, thing)
        except Forbidden as problem:
            event = AuthEvent(action, "refused", by.user, by.token, by.peer, reason=problem.code)
            await self._scribe.note(event)
            raise

    async def _tell(self, by: Principal, action: str, about: str | None = None) -> None:
        await self._scribe.note(
            AuthEvent(action, "accepted", by.user, by.token, by.peer, object=about)
        )

    def _now(self) -> Moment:
        return Moment(self._today(), trio.current_time())


def _may_see(by: Principal, token: Token) -> bool:
    return may(by, "token.read", Thing(user=token.user))


def _place(peer: Peer | None) -> str:
    return "network" if peer is None else f"uid:{peer.uid} pid:{peer.pid}"
