"""Tokens, tickets, and who one is."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias

import msgspec
from attrs import frozen

from actors import Ref
from rdvd.ground.answers import Reply
from rdvd.ground.errors import NotFound
from rdvd.ground.routes import Request, Routes

from .actor import Auth
from .asking import principal_of
from .authority import Thing
from .types import (
    LONGEST_LIFE_SECONDS,
    LONGEST_NAME,
    MintableKind,
    NewToken,
    SessionId,
    TicketAction,
    Token,
    TokenId,
    User,
)


@frozen
class TokenOrder:
    """A token to be made. `kind`: cli for a command line, api for a program, wrk for a worker."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
    kind: MintableKind = "api"
    expires_in_seconds: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_LIFE_SECONDS)] | None = None


@frozen
class MintedToken:
    """The token itself is here, and never again."""

    token: str
    about: Token


@frozen
class TicketOrder:
    """A ticket opens one stream, once, soon; for a WebSocket, whose client can send no headers.

    What a session is watched or typed into with names its `session`.
    """

    action: TicketAction = "events.follow"
    session: Annotated[str, msgspec.Meta(max_length=64)] | None = None

    def __attrs_post_init__(self) -> None:
        if self.action.startswith("session.") and self.session is None:
            raise ValueError(f"{self.action} needs the session that it is for")


@frozen
class NewTicket:
    """Hand it over as it is; it is good for so many seconds."""

    ticket: str
    expires_in_seconds: float


FindSession: TypeAlias = Callable[[SessionId], Awaitable[Thing]]


async def no_session(id: SessionId) -> Thing:
    raise NotFound(f"there is no session {id}")


def identity_routes(auth: Ref[Auth], find_session: FindSession = no_session) -> Routes:
    """`find_session` tells whose a session is, for tickets; or raises `NotFound`."""
    return _token_routes(auth) + _user_routes(auth) + _ticket_routes(auth, find_session)


def _token_routes(auth: Ref[Auth]) -> Routes:
    routes = Routes()

    @routes.route("GET", "/api/tokens", "Your tokens, oldest first", response=list[Token])
    async def tokens(request: Request[Any]) -> list[Token]:
        return await auth.call(Auth.tokens, principal_of(request))

    @routes.route(
        "POST", "/api/tokens", "Make a token", request=TokenOrder, response=MintedToken, status=201
    )
    async def mint(request: Request[TokenOrder]) -> Reply:
        body = request.body
        order = NewToken(body.kind, body.name, body.expires_in_seconds)
        minted = await auth.call(Auth.mint, principal_of(request), order)
        shown_once = {"Cache-Control": "no-store"}
        return Reply(MintedToken(minted.secret.reveal(), minted.token), headers=shown_once)

    @routes.route("GET", "/api/tokens/<id>", "What is known of a token", response=Token)
    async def token(request: Request[Any]) -> Token:
        return await auth.call(Auth.token, principal_of(request), TokenId(request.path["id"]))

    @routes.route("DELETE", "/api/tokens/<id>", "End a token, at once", response=Token)
    async def revoke(request: Request[Any]) -> Token:
        return await auth.call(Auth.revoke, principal_of(request), TokenId(request.path["id"]))

    return routes


def _user_routes(auth: Ref[Auth]) -> Routes:
    routes = Routes()

    @routes.route("GET", "/api/user", "Who you are", response=User)
    async def user(request: Request[Any]) -> User:
        return await auth.call(Auth.user, principal_of(request))

    @routes.route(
        "POST", "/api/auth/service-token/rotate", "Replace the service token", response=Token
    )
    async def rotate(request: Request[Any]) -> Token:
        return await auth.call(Auth.rotate_service_token, principal_of(request))

    return routes


def _ticket_routes(auth: Ref[Auth], find_session: FindSession) -> Routes:
    routes = Routes()

    @routes.route(
        "POST", "/api/auth/tickets", "A ticket for one stream",
        request=TicketOrder, response=NewTicket, status=201, idempotent=False,
    )  # fmt: skip
    async def ticket(request: Request[TicketOrder]) -> Reply:
        by, order = principal_of(request), request.body
        thing = None if order.session is None else await find_session(SessionId(order.session))
        minted = await auth.call(Auth.mint_ticket, by, order.action, thing)
        new = NewTicket(minted.secret.reveal(), minted.expires_in_seconds)
        return Reply(new, headers={"Cache-Control": "no-store"})

    return routes
