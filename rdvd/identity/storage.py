"""Users and tokens: in SQLite, and in memory in step with it."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from math import inf

import trio

from rdvd.ground.errors import BadInput, Conflict, NotFound, StorageFull
from rdvd.ground.ids import new_id
from rdvd.ground.store import Along, Store

from .keyring import Keyring, Moment
from .recognition import Recognition
from .secret_files import read_or_create_pepper
from .service_token import (
    present_service_token,
    read_service_token,
    to_retire,
    write_service_token,
)
from .settings import AuthSettings
from .tables import (
    StoredToken,
    add_token,
    add_user,
    is_digest_known,
    live_tokens_after,
    note_uses,
    revoke_tokens,
    set_expiry,
    users_after,
)
from .tokens import Secret, new_secret, redact
from .types import (
    LONGEST_NAME,
    Caller,
    NewToken,
    SessionId,
    Ticket,
    Token,
    TokenId,
    User,
    UserId,
)

log = logging.getLogger("rdvd.identity")

DAY_MS = 24 * 3600 * 1000
RETRY_SECONDS = 3600.0


class Vault:
    """What Auth knows. Whatever changes is on the disk first, and in memory only after that."""

    def __init__(self, store: Store, settings: AuthSettings) -> None:
        self.keyring = Keyring()
        self._store = store
        self.settings = settings
        self._users: dict[UserId, User] = {}
        self._pepper = b""
        self._service: Token | None = None
        self._flush_due = inf
        self._rotation_retry = -inf

    async def open(self, now: Moment) -> None:
        """Read what there is, and make what a first start lacks."""
        pepper_file = self.settings.pepper_file
        self._pepper = await trio.to_thread.run_sync(read_or_create_pepper, pepper_file)
        await self._load_users()
        await self._load_tokens(now)
        if not self._users:
            await self._add(User(UserId(new_id()), self.settings.owner_name, True, now.date))
        await self._settle_service_token(now)

    def recognition(self, look: Callable[[], Caller | None]) -> Recognition:
        kinds = self.settings.kinds_inside_sessions
        return Recognition(self.keyring, self._users, self._pepper, kinds, look)

    def user(self, id: UserId) -> User:
        if id not in self._users:
            raise NotFound(f"there is no user {redact(id)}")
        return self._users[id]

    @property
    def owner(self) -> User:
        return next(user for user in self._users.values() if user.is_owner)

    async def add_user(self, name: str, now: Moment) -> User:
        name = _checked_name(name)
        if any(user.name == name for user in self._users.values()):
            raise Conflict(f"there is a user {name} already", code="USER_EXISTS")
        return await self._add(User(UserId(new_id()), name, False, now.date))

    async def mint(self, secret: Secret, order: NewToken, user: User, now: Moment) -> Token:
        if self.keyring.count(user.id, order.kind) >= self.settings.most_tokens:
            raise Conflict("there are too many tokens: revoke some", code="TOO_MANY_TOKENS")
        life = order.expires_in_seconds
        token = Token(
            *(TokenId(new_id()), order.kind, user.id, _checked_name(order.name), now.date),
            expires=None if life is None else now.date + life * 1000,
            subject=new_id() if order.kind == "wrk" else None,
        )
        return await self._keep(token, secret, now)

    def minting_for_session(
        self, secret: Secret, session: SessionId, user: UserId, now: Moment
    ) -> StoredToken:
        """To be written, and held from then on."""
        id, owner = TokenId(new_id()), self.user(user).id
        token = Token(id, "ses", owner, "session", now.date, subject=session)
        return StoredToken(token, secret.digest(self._pepper))

    def hold(self, stored: StoredToken, now: Moment) -> None:
        self.keyring.hold(stored.token, stored.digest, now)

    def keep_ticket(self, ticket: Ticket, secret: Secret, now: Moment) -> None:
        """In memory only: after a restart one asks for another."""
        ends = now.steady + self.settings.ticket_seconds
        self.keyring.drop_old_tickets(now)
        if not self.keyring.hold_ticket(ticket, secret.digest(self._pepper), ends):
            raise Conflict("too many tickets wait to be used", code="TOO_MANY_TICKETS")

    def revoking(self, ids: Sequence[TokenId], now: Moment) -> Along:
        """To be written, before they are dropped from the keyring."""
        return partial(revoke_tokens, ids=tuple(ids), now=now.date)

    async def rotate_service_token(self, now: Moment) -> Token:
        self._rotation_retry = now.steady + RETRY_SECONDS
        self._service = await self._issue_service_token(self._service, now)
        await self._retire_others(self._service, now)
        return self._service

    def is_rotation_due(self, now: Moment) -> bool:
        return self._days_left(now.date) <= 0 and now.steady >= self._rotation_retry

    def note_use(self, id: TokenId, now: Moment) -> None:
        was_clean = not self.keyring.has_uses
        self.keyring.note_use(id, now.date)
        if was_clean and self.keyring.has_uses:
            self._flush_due = now.steady + self.settings.flush_seconds

    async def write_uses(self) -> None:
        uses = self.keyring.take_uses()
        self._flush_due = inf
        if not uses:
            return
        try:
            await self._store.write(note_uses, uses)
        except StorageFull:  # a later use will be written when there is room again
            log.warning("last_used.not_written", extra={"tokens": len(uses)})

    def next_due(self, now: Moment) -> float:
        """When something has to be tidied, by the steady clock."""
        rotation = now.steady + self._days_left(now.date) * 24 * 3600
        return min(self.keyring.next_end(), self._flush_due, max(rotation, self._rotation_retry))

    def _days_left(self, date: int) -> float:
        created = date if self._service is None else self._service.created
        return self.settings.rotation_days - (date - created) / DAY_MS

    async def _load_users(self) -> None:
        page = await self._store.read(users_after, "")
        while page:
            self._users |= {user.id: user for user in page}
            page = await self._store.read(users_after, page[-1].id)

    async def _load_tokens(self, now: Moment) -> None:
        page = await self._store.read(live_tokens_after, "", now.date)
        while page:
            for stored in page:
                self.keyring.hold(stored.token, stored.digest, now)
            page = await self._store.read(live_tokens_after, page[-1].token.id, now.date)

    async def _add(self, user: User) -> User:
        await self._store.write(add_user, user)
        self._users[user.id] = user
        return user

    async def _keep(self, token: Token, secret: Secret, now: Moment) -> Token:
        digest = secret.digest(self._pepper)
        await self._store.write(add_token, StoredToken(token, digest))
        self.keyring.hold(token, digest, now)
        return token

    async def _settle_service_token(self, now: Moment) -> None:
        file = self.settings.service_token_file
        secret = await trio.to_thread.run_sync(read_service_token, file)
        known = None if secret is None else await self._known_or_adopted(secret, now)
        self._service = known or await self._issue_service_token(None, now)
        await self._retire_others(self._service, now)

    async def _known_or_adopted(self, secret: Secret, now: Moment) -> Token | None:
        """The token of this secret; None if it was good once and is no more."""
        digest = secret.digest(self._pepper)
        if await self._store.read(is_digest_known, digest):
            return present_service_token(self.keyring, digest, now)
        return await self._keep(self._new_service_token(None, now), secret, now)

    async def _issue_service_token(self, before: Token | None, now: Moment) -> Token:
        """In the database first: at no moment does the file hold a token that is not good."""
        secret = new_secret("svc")
        token = await self._keep(self._new_service_token(before, now), secret, now)
        file = self.settings.service_token_file
        await trio.to_thread.run_sync(partial(write_service_token, file, secret))
        return token

    def _new_service_token(self, before: Token | None, now: Moment) -> Token:
        origin = None if before is None else before.id
        id = TokenId(new_id())
        return Token(id, "svc", self.owner.id, "service", now.date, rotated_from=origin)

    async def _retire_others(self, present: Token, now: Moment) -> None:
        others = to_retire(self.keyring, present.id, now)
        expires = now.date + self.settings.overlap_seconds * 1000
        if others:
            await self._store.write(set_expiry, others, expires)
        for id in others:
            self.keyring.set_expiry(id, expires, now)


def _checked_name(name: str) -> str:
    """Names are read on terminals and in logs, and must not speak to them."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(f"a name has 1 to {LONGEST_NAME} printable characters, not only spaces")
    if redact(name) != name:
        raise BadInput("a name must not hold a token")
    return name
