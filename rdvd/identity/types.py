"""Who somebody is, what they hold, and what happened when they showed it. Never a secret."""

from typing import Literal, NewType, TypeAlias

from attrs import field, frozen, validators

UserId = NewType("UserId", str)
TokenId = NewType("TokenId", str)
SessionId = NewType("SessionId", str)
WorkerId = NewType("WorkerId", str)

TokenKind = Literal["svc", "cli", "api", "ses", "wrk", "tkt", "ref"]
KINDS: tuple[TokenKind, ...] = ("svc", "cli", "api", "ses", "wrk", "tkt", "ref")

# What a person may ask for; the other kinds come into being by themselves.
MintableKind = Literal["cli", "api", "wrk"]

LONGEST_NAME = 100
LONGEST_LIFE_SECONDS = 10 * 366 * 24 * 3600


@frozen
class User:
    """Somebody. The owner is the one whose operating system account runs the daemon."""

    id: UserId
    name: str
    is_owner: bool
    created: int


@frozen
class Token:
    """What is known of a token: everything but the token. Times are milliseconds."""

    id: TokenId
    kind: TokenKind
    user: UserId
    name: str
    created: int
    last_used: int | None = None
    expires: int | None = None
    revoked: int | None = None
    rotated_from: TokenId | None = None
    subject: str | None = None  # the session of a `ses`, the worker of a `wrk`


@frozen
class NewToken:
    """An order for a token."""

    kind: MintableKind = field(validator=validators.in_(("cli", "api", "wrk")))
    name: str = field(validator=[validators.min_len(1), validators.max_len(LONGEST_NAME)])
    # Years are enough for anybody, and keep a date a date.
    expires_in_seconds: int | None = field(
        default=None,
        validator=validators.optional([validators.ge(1), validators.le(LONGEST_LIFE_SECONDS)]),
    )


@frozen
class Speaker:
    """Whoever asks, and from where: the process as the kernel names it, for the audit log only."""

    peer: str | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen
class Owner(Speaker):
    """The operating system user, by the kernel's word and without any token."""

    user: UserId
    token: TokenId | None = None


@frozen
class Service(Speaker):
    """The frontend, acting for the user that it names."""

    user: UserId
    token: TokenId


@frozen
class TokenUser(Speaker):
    """A user, by a CLI or API token."""

    user: UserId
    token: TokenId
    kind: Literal["cli", "api"]
    is_owner: bool


@frozen
class Session(Speaker):
    """What runs inside one session: by its token, or by the kernel's word (then no token)."""

    user: UserId
    session: SessionId
    token: TokenId | None = None


@frozen
class Worker(Speaker):
    """A worker, for the leases it holds."""

    user: UserId
    worker: WorkerId
    token: TokenId


Holder: TypeAlias = Owner | Service | TokenUser | Session | Worker

# What a ticket may open: a browser cannot send headers with these.
TicketAction = Literal["events.follow", "session.watch", "session.type"]


@frozen
class Ticket(Speaker):
    """One opening of one thing, by somebody who proved who they are up to 30 s ago."""

    holder: Holder
    token: TokenId
    action: TicketAction
    session: SessionId | None

    @property
    def user(self) -> UserId:
        return self.holder.user


Principal: TypeAlias = Holder | Ticket


def tokens_behind(principal: Principal) -> frozenset[TokenId]:
    """With the end of any of these, what the principal has opened ends too."""
    tokens = {principal.token}
    if isinstance(principal, Ticket):
        tokens.add(principal.holder.token)
    return frozenset(token for token in tokens if token is not None)


def name_of(principal: Principal) -> str:
    """A stable name, for logs and for whatever is kept per principal: ids, no secret."""
    match principal:
        case Owner():
            return f"owner:{principal.user}"
        case Service():
            return f"service:{principal.token}:{principal.user}"
        case TokenUser():
            return f"{principal.kind}:{principal.token}"
        case Session():
            return f"session:{principal.session}"
        case Worker():
            return f"worker:{principal.worker}"
        case Ticket():
            return f"ticket of {name_of(principal.holder)}"


@frozen
class Outside:
    """The peer lives in none of our sessions."""


@frozen
class Inside:
    """The peer lives in this session."""

    session: SessionId


@frozen
class Unknown:
    """The peer could not be looked at, so nothing is believed of it without a token."""

    why: str


Standing: TypeAlias = Outside | Inside | Unknown


@frozen
class Caller:
    """The process at the other end of a Unix socket, as far as the kernel could tell us."""

    uid: int
    pid: int
    standing: Standing

    def __str__(self) -> str:
        inside = f" session:{self.standing.session}" if isinstance(self.standing, Inside) else ""
        return f"uid:{self.uid} pid:{self.pid}{inside}"


@frozen
class TokenRevoked:
    """A token is no longer good: whatever stream it opened must end within a second."""

    token: TokenId
    reason: Literal["revoked", "expired"]


@frozen
class AuthEvent:
    """Something the audit log must know."""

    action: str
    outcome: Literal["accepted", "refused", "failed"]
    user: UserId | None = None
    token: TokenId | None = None
    peer: str | None = None
    object: str | None = None
    reason: str | None = None


OURSELVES = "rdvd"  # instead of a process, for what nobody asked for


def done_unasked(action: str, token: Token) -> AuthEvent:
    return AuthEvent(action, "accepted", token.user, token.id, OURSELVES, object=token.subject)
