"""The routes of sessions: what is typed into one, and what is on its screen."""

from typing import Any

from actors import Ref
from rdvd.ground.answers import Reply
from rdvd.ground.routes import Request, Routes
from rdvd.identity import Auth, Thing, principal_of

from . import wire
from .actor import SessionActor
from .checks import check_keys
from .commands import plain
from .expecting import Step
from .gate import Gate
from .past import past_screen
from .prompt import Outcome
from .sights import screen_of, scrollback_of
from .types import Size
from .views import (
    ExecResult,
    Screen,
    ScriptResult,
    Scrollback,
    SessionShown,
    SessionTicket,
    StepShown,
    shown,
)

LONGEST_WAIT = 3_630.0


def terminal_routes(gate: Gate, auth: Ref[Auth]) -> Routes:
    return _running(gate) + _scripting(gate) + _typing(gate) + _looking(gate, auth)


def _running(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/sessions/<id>/exec", "Run a command in the shell of a session",
        request=wire.Exec, response=ExecResult, category="exec", deadline=LONGEST_WAIT,
    )  # fmt: skip
    async def run(request: Request[wire.Exec]) -> Reply:
        session, order = await gate.session(request, "session.type"), request.body
        await gate.note(principal_of(request), "session.exec", session.id)
        if not order.wait:
            actor = await front.actor(session.id)
            await actor.call(SessionActor.paste, order.command, enter=True)
            return Reply(status=202)
        done = await front.run(
            session.id, order.command, order.timeout_seconds, order.max_output_bytes
        )
        return Reply(_result(done, raw=order.raw))

    return routes


def _scripting(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/sessions/<id>/expect", "Wait for patterns and answer them, step by step",
        request=wire.Script, response=ScriptResult, category="exec", deadline=LONGEST_WAIT,
    )  # fmt: skip
    async def script(request: Request[wire.Script]) -> ScriptResult:
        session = await gate.session(request, "session.type")
        steps = [
            Step(each.pattern, each.reply, each.enter, each.timeout_seconds, each.literal)
            for each in request.body.steps
        ]
        await gate.note(principal_of(request), "session.expect", session.id)
        outcomes = await front.expect(session.id, steps)
        told = [
            StepShown(each.how, each.matched, each.before, round(each.seconds * 1000))
            for each in outcomes
        ]
        return ScriptResult(all(each.how == "matched" for each in outcomes), told)

    return routes


def _result(done: Outcome, *, raw: bool) -> ExecResult:
    output = done.output.decode("utf-8", "replace") if raw else plain(done.output)
    return ExecResult(
        done.code, output, round(done.seconds * 1000), done.is_truncated, done.was_interrupted
    )


def _typing(gate: Gate) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "POST", "/api/sessions/<id>/text", "Type text, literally",
        request=wire.Typing, status=202, category="exec",
    )  # fmt: skip
    async def text(request: Request[wire.Typing]) -> None:
        session = await gate.session(request, "session.type")
        actor = await front.actor(session.id)
        await actor.call(SessionActor.paste, request.body.text, enter=request.body.enter)
        await gate.note(principal_of(request), "session.type", session.id)

    @routes.route(
        "POST", "/api/sessions/<id>/keys", "Press keys",
        request=wire.Keys, status=202, category="exec",
    )  # fmt: skip
    async def keys(request: Request[wire.Keys]) -> None:
        session = await gate.session(request, "session.type")
        actor = await front.actor(session.id)
        await actor.call(SessionActor.press, check_keys(request.body.keys))
        await gate.note(principal_of(request), "session.keys", session.id)

    @routes.route(
        "POST", "/api/sessions/<id>/resize", "Set the size of its terminal",
        request=wire.Resizing, response=SessionShown,
    )  # fmt: skip
    async def resize(request: Request[wire.Resizing]) -> SessionShown:
        session = await gate.session(request, "session.type")
        actor = await front.actor(session.id)
        size = Size(request.body.columns, request.body.rows)
        return shown(await actor.call(SessionActor.resize, size))

    return routes


def _looking(gate: Gate, auth: Ref[Auth]) -> Routes:
    routes, front = Routes(), gate.front

    @routes.route(
        "GET", "/api/sessions/<id>/scrollback", "Its last lines",
        query=wire.ScrollbackQuery, response=Scrollback,
    )  # fmt: skip
    async def scrollback(request: Request[Any]) -> Scrollback:
        session = await gate.session(request, "session.watch")
        query = request.query(wire.ScrollbackQuery)
        return await scrollback_of(front.shop, session, query)

    @routes.route(
        "GET", "/api/sessions/<id>/screen", "What is on its screen, or was at any moment",
        query=wire.ScreenQuery, response=Screen,
    )  # fmt: skip
    async def screen(request: Request[Any]) -> Screen:
        session = await gate.session(request, "session.watch")
        query = request.query(wire.ScreenQuery)
        if query.at is not None or query.offset is not None:
            return await past_screen(front.shop, session, query)
        return await screen_of(front.shop, session, with_escapes=query.format == "ansi")

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
