"""The routes of sessions: what is typed into one, and what is on its screen."""

from typing import Any

from actors import Ref
from rdvd.ground.answers import Reply
from rdvd.ground.routes import Request, Routes
from rdvd.identity import Auth, Thing

from . import wire
from .actor import SessionActor
from .checks import check_keys
from .gate import Gate, principal_of
from .sights import screen_of, scrollback_of
from .types import Size
from .views import Screen, Scrollback, SessionShown, SessionTicket, shown


def terminal_routes(gate: Gate, auth: Ref[Auth]) -> Routes:
    return _typing(gate) + _looking(gate, auth)


def _typing(gate: Gate) -> Routes:
    routes, reception = Routes(), gate.reception

    @routes.route(
        "POST", "/api/sessions/<id>/text", "Type text, literally",
        request=wire.Typing, status=202, category="exec",
    )  # fmt: skip
    async def text(request: Request[wire.Typing]) -> None:
        session = await gate.session(request, "session.type")
        actor = await reception.actor(session.id)
        await actor.call(SessionActor.paste, request.body.text, enter=request.body.enter)
        await gate.note(principal_of(request), "session.type", session.id)

    @routes.route(
        "POST", "/api/sessions/<id>/keys", "Press keys",
        request=wire.Keys, status=202, category="exec",
    )  # fmt: skip
    async def keys(request: Request[wire.Keys]) -> None:
        session = await gate.session(request, "session.type")
        actor = await reception.actor(session.id)
        await actor.call(SessionActor.press, check_keys(request.body.keys))
        await gate.note(principal_of(request), "session.keys", session.id)

    @routes.route(
        "POST", "/api/sessions/<id>/resize", "Set the size of its terminal",
        request=wire.Resizing, response=SessionShown,
    )  # fmt: skip
    async def resize(request: Request[wire.Resizing]) -> SessionShown:
        session = await gate.session(request, "session.type")
        actor = await reception.actor(session.id)
        size = Size(request.body.columns, request.body.rows)
        return shown(await actor.call(SessionActor.resize, size))

    return routes


def _looking(gate: Gate, auth: Ref[Auth]) -> Routes:
    routes, reception = Routes(), gate.reception

    @routes.route(
        "GET", "/api/sessions/<id>/scrollback", "Its last lines",
        query=wire.ScrollbackQuery, response=Scrollback,
    )  # fmt: skip
    async def scrollback(request: Request[Any]) -> Scrollback:
        session = await gate.session(request, "session.watch")
        query = request.query(wire.ScrollbackQuery)
        return await scrollback_of(reception.shop, session, query)

    @routes.route(
        "GET", "/api/sessions/<id>/screen", "What is on its screen",
        query=wire.ScreenQuery, response=Screen,
    )  # fmt: skip
    async def screen(request: Request[Any]) -> Screen:
        session = await gate.session(request, "session.watch")
        with_escapes = request.query(wire.ScreenQuery).format == "ansi"
        return await screen_of(reception.shop, session, with_escapes=with_escapes)

    @routes.route(
        "GET", "/api/sessions/<id>/token", "A ticket for its terminal",
        response=SessionTicket, category="write",
    )  # fmt: skip
    async def token(request: Request[Any]) -> Reply:
        session = await gate.session(request, "session.type")
        thing = Thing(user=session.user, session=session.id)
        by = principal_of(request)
        minted = await auth.call(Auth.mint_ticket, by, "session.type", thing)
        ticket = SessionTicket(
            minted.secret.reveal(), session.id, session.tmux_name, minted.expires_in_seconds
        )
        return Reply(ticket, headers={"Cache-Control": "no-store"})

    return routes
