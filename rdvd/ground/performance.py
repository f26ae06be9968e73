"""From a matched route to an answer: who, how often, whether they may, what they say, the handler.

Whatever goes wrong is raised; http.py answers it.
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

import trio
from attrs import frozen

from rdvd.ground.answers import Answer, answer_trouble, answer_with
from rdvd.ground.bodies import parse_body, parse_query
from rdvd.ground.errors import Problem, Unauthenticated
from rdvd.ground.etags import is_named
from rdvd.ground.exchange import Exchange, deadline_of
from rdvd.ground.flows import Flowing
from rdvd.ground.hooks import Hooks
from rdvd.ground.idempotency import REPLAYED, KeptAnswers, Key, fingerprint_of, read_key
from rdvd.ground.problems import trouble_of
from rdvd.ground.routes import ANYONE, Request, Route


@frozen
class Incoming:
    """What of a request is still in the framework's hands."""

    path: dict[str, str]
    query: bytes
    read_body: Callable[[], Awaitable[bytes]]


@frozen
class Stage:
    hooks: Hooks
    kept: KeptAnswers
    deadline: float

    async def perform(self, route: Route, exchange: Exchange, incoming: Incoming) -> Answer:
        longest = self.deadline if route.deadline is None else route.deadline
        with trio.fail_after(deadline_of(exchange.headers.get("x-rdv-deadline-ms"), longest)):
            principal = await self._let_in(route, exchange)
            body = await incoming.read_body()
            exchange.bytes_in = len(body)
            request = _make_request(route, exchange, incoming, principal, body)
            key = exchange.headers.get("idempotency-key") if route.idempotent else None
            if key is None:
                return await _begin(await _play(route, request), exchange)
            return await self._once(route, exchange, request, key, _print(exchange, incoming, body))

    async def _let_in(self, route: Route, exchange: Exchange) -> object:
        principal = await self._recognise(route, exchange)
        if principal is not None:
            exchange.principal = self.hooks.name_of(principal)
        if route.category:
            who = exchange.peer if principal is None else principal
            exchange.extra_headers = await self.hooks.limit(who, route.category)
        if route.who != ANYONE:
            await self.hooks.authorize(principal, route)
        return principal

    async def _recognise(self, route: Route, exchange: Exchange) -> object:
        try:
            return await self.hooks.authenticate(exchange.headers, exchange.peer)
        except Unauthenticated:
            if route.who == ANYONE:
                return None
            raise

    async def _once(
        self, route: Route, exchange: Exchange, request: Request[Any], key: str, sign: bytes
    ) -> Answer:
        full_key = Key(exchange.principal or "", route.name, read_key(key))
        known = await self.kept.begin(full_key, sign)
        if known is not None:
            exchange.is_replay, exchange.code = True, known.code
            return known.with_headers(REPLAYED)
        is_answered = False
        try:
            with _to_the_end(exchange):
                answer = await _answer(route, request)
                await self.kept.finish(full_key, answer)
                is_answered = True
                return answer
            raise trio.TooSlowError
        finally:
            if not is_answered:
                self.kept.doubt(full_key)


def _make_request(
    route: Route, exchange: Exchange, incoming: Incoming, principal: object, body: bytes
) -> Request[Any]:
    kind, media = route.request, exchange.headers.get("content-type")
    return Request(
        id=exchange.id,
        principal=principal,
        peer=exchange.peer,
        path=incoming.path,
        headers=dict(exchange.headers),
        body=None if kind is None else parse_body(media, body, kind),
        parsed_query=None if route.query is None else parse_query(incoming.query, route.query),
    )


def _print(exchange: Exchange, incoming: Incoming, body: bytes) -> bytes:
    return fingerprint_of(f"{exchange.path}?{incoming.query.decode('ascii')}", body)


async def _play(route: Route, request: Request[Any]) -> Answer:
    answer = answer_with(await route.handler(request), route.status)
    etag, known = answer.headers.get("ETag"), request.headers.get("if-none-match")
    if route.method == "GET" and etag and known and is_named(known, etag, weakly=True):
        return Answer(304, b"", {name: answer.headers[name] for name in ("ETag", "Cache-Control")})
    return answer


async def _begin(answer: Answer, exchange: Exchange) -> Answer:
    """What goes wrong before the first piece of a flow is a problem like any other."""
    if answer.flow is not None:
        exchange.flowing = Flowing(answer.flow, answer.status, is_head=exchange.method == "HEAD")
        await exchange.flowing.begin(exchange.nursery)
    return answer


async def _answer(route: Route, request: Request[Any]) -> Answer:
    """A refusal is an answer too."""
    try:
        return await _play(route, request)
    except Problem as problem:
        return answer_trouble(trouble_of(problem), request.id)


@contextmanager
def _to_the_end(exchange: Exchange) -> Generator[None]:
    """A client that leaves must not undo the promise of its key: the act goes on, and its answer
    waits for the next attempt. The deadline holds, and so does the end of grace."""
    with trio.CancelScope(shield=True, deadline=trio.current_effective_deadline()) as scope:
        exchange.shields.add(scope)
        try:
            yield
        finally:
            exchange.shields.discard(scope)
