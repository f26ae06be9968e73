"""Tokens, tickets, and who one is."""

from typing import Annotated, Any, cast

import msgspec
from attrs import frozen

from actors import Ref
from rdvd.ground.answers import Reply
from rdvd.ground.routes import Request, Routes

from .actor import Auth
from .types import MintableKind, NewToken, Principal, TicketAction, Token, TokenId, User


@frozen
class TokenOrder:
    """A token to be made. `kind`: cli for a command line, api for a program, wrk for a worker."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    kind: MintableKind = "api"
    expires_in_seconds: Annotated[int, msgspec.Meta(ge=1)] | None = None


@frozen
class MintedToken:
    """The token itself is here, and never again."""

    token: str
    about: Token


@frozen
class TicketOrder:
    """A ticket opens one stream, once, soon; for a WebSocket, whose client can send no headers."""

    action: TicketAction = "events.follow"


@frozen
class NewTicket:
    """Hand it over as it is; it is good for so many seconds."""

    ticket: str
    expires_in_seconds: float


def identity_routes(auth: Ref[Auth]) -> Routes:
    return _token_routes(auth) + _other_routes(auth)


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


def _other_routes(auth: Ref[Auth]) -> Routes:
    routes = Routes()

    @routes.route("GET", "/api/user", "Who you are", response=User)
    async def user(request: Request[Any]) -> User:
        return await auth.call(Auth.user, principal_of(request))

    @routes.route(
        "POST", "/api/auth/service-token/rotate", "Replace the service token", response=Token
    )
    async def rotate(request: Request[Any]) -> Token:
        return await auth.call(Auth.rotate_service_token, principal_of(request))

    @routes.route(
        "POST", "/api/auth/tickets", "A ticket for one stream",
        request=TicketOrder, response=NewTicket, status=201, idempotent=False,
    )  # fmt: skip
    async def ticket(request: Request[TicketOrder]) -> Reply:
        by = principal_of(request)
        minted = await auth.call(Auth.mint_ticket, by, request.body.action)
        new = NewTicket(minted.secret.reveal(), minted.expires_in_seconds)
        return Reply(new, headers={"Cache-Control": "no-store"})

    return routes


def principal_of(request: Request[Any]) -> Principal:
    """Who asks, on a route that lets nobody else in."""
    return cast(Principal, request.principal)
