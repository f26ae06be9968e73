"""From what a request shows, and what the kernel says, to a principal. It is told the time."""

from collections.abc import Callable, Mapping

from attrs import frozen

from rdvd.ground.errors import Unauthenticated

from .credentials import Shown
from .keyring import Keyring, Moment
from .tokens import Secret
from .types import (
    Caller,
    Inside,
    Outside,
    Owner,
    Principal,
    Service,
    Session,
    SessionId,
    Ticket,
    Token,
    TokenId,
    TokenKind,
    TokenUser,
    Unknown,
    User,
    UserId,
    Worker,
    WorkerId,
    tokens_behind,
)


class NotRecognised(Unauthenticated):
    """`token` is the one that was recognised and refused all the same: for the audit log only."""

    def __init__(self, detail: str, *, code: str, token: TokenId | None = None) -> None:
        super().__init__(detail, code=code)
        self.token = token


@frozen
class Recognition:
    """All that it takes to know somebody.

    `kinds_inside` are the tokens that count when they come out of a session of ours. The kernel
    speaks first: the files with the service's and the CLI's token can be read by every process of
    this user, so from in there they prove nothing.
    """

    keyring: Keyring
    users: Mapping[UserId, User]
    pepper: bytes
    kinds_inside: frozenset[TokenKind]
    look: Callable[[], Caller | None]  # asked only when it matters; None: there is no such peer

    def principal(self, shown: Shown | None, now: Moment) -> Principal:
        if shown is None:
            return self._by_the_kernel(self.look(), now)
        if shown.secret.kind == "tkt":
            return self._by_ticket(shown.secret, now)
        if shown.place == "ticket":
            raise NotRecognised("only a ticket may stand in a URL", code="NOT_A_TICKET")
        return self._by_token(shown, self._token(shown, now))

    def check_still_good(self, principal: Principal, now: Moment) -> None:
        """Raise unless every token that this principal stands on is still good."""
        needed = tokens_behind(principal)
        if isinstance(principal, Ticket):
            needed -= {principal.token}  # used up, as it should be
        for token in needed:
            if self.keyring.get(token, now) is None:
                raise NotRecognised("the token is not good any more", code="TOKEN_ENDED")

    def _by_the_kernel(self, caller: Caller | None, now: Moment) -> Principal:
        if caller is None:
            raise NotRecognised("send a token", code="MISSING_TOKEN")
        match caller.standing:
            case Outside():
                owner = next(user for user in self.users.values() if user.is_owner)
                return Owner(owner.id)
            case Inside(session):
                return self._session(session, now)
            case Unknown(why):
                raise NotRecognised(f"{why}: send a token", code="PEER_UNKNOWN")

    def _session(self, session: SessionId, now: Moment) -> Session:
        """A session may speak as long as its token is good, whether it shows the token or not."""
        tokens = self.keyring.of_session(session, now)
        if not tokens:
            raise NotRecognised("the session that you are in is closed", code="SESSION_CLOSED")
        return Session(tokens[-1].user, session, tokens[-1].id)

    def _by_ticket(self, secret: Secret, now: Moment) -> Ticket:
        ticket = self.keyring.use_ticket(secret.digest(self.pepper), now)
        if ticket is None:
            raise NotRecognised(
                "the ticket was used, is too old, or never was", code="TICKET_INVALID"
            )
        self.check_still_good(ticket, now)
        return ticket

    def _token(self, shown: Shown, now: Moment) -> Token:
        token = self.keyring.find(shown.secret.digest(self.pepper), now)
        if token is None or not shown.secret.may_be(token.kind):
            raise NotRecognised(
                "the token is not known here: it never was, or it was revoked or has expired",
                code="INVALID_TOKEN",
            )
        self._refuse_from_inside(token)
        return token

    def _refuse_from_inside(self, token: Token) -> None:
        caller = self.look()
        if caller is None or isinstance(caller.standing, Outside):
            return
        if token.kind not in self.kinds_inside:
            raise NotRecognised(
                f"a {token.kind} token does not count from inside a session, nor from a process "
                "that cannot be looked at: use the session's own token, or an API key",
                code="TOKEN_FROM_INSIDE_A_SESSION",
                token=token.id,
            )
        inside = caller.standing.session if isinstance(caller.standing, Inside) else None
        if token.kind == "ses" and inside not in (None, token.subject):
            raise NotRecognised(
                "this is the token of another session", code="FOREIGN_SESSION", token=token.id
            )

    def _by_token(self, shown: Shown, token: Token) -> Principal:
        if shown.place == "service header" and token.kind != "svc":
            raise NotRecognised(
                "this header takes the service token", code="INVALID_TOKEN", token=token.id
            )
        match token.kind:
            case "svc":
                return Service(self._acted_for(shown.acting_for, token), token.id)
            case "cli" | "api":
                is_owner = self.users[token.user].is_owner
                return TokenUser(token.user, token.id, token.kind, is_owner)
            case "ses":
                return Session(token.user, SessionId(token.subject or ""), token.id)
            case "wrk":
                return Worker(token.user, WorkerId(token.subject or ""), token.id)
            case "tkt" | "ref":
                raise NotRecognised(
                    f"a {token.kind} token opens nothing", code="INVALID_TOKEN", token=token.id
                )

    def _acted_for(self, name: str | None, token: Token) -> UserId:
        if name is None:
            raise NotRecognised(
                "the service must say for whom it acts, in X-RDV-User-ID",
                code="MISSING_USER_ID",
                token=token.id,
            )
        if name not in self.users:
            raise NotRecognised(
                "X-RDV-User-ID names no user that exists", code="UNKNOWN_USER", token=token.id
            )
        return UserId(name)
