"""The app: every request gets an id, a deadline, a principal and limits; every end one log line."""

from collections.abc import Iterable
from contextlib import ExitStack
from contextvars import ContextVar
from typing import Any

import quart
import trio
from attrs import evolve, frozen
from quart.ctx import RequestContext
from quart.wrappers import Request as QuartRequest
from quart_trio import QuartTrio

from rdvd.ground.answers import Answer, answer_trouble
from rdvd.ground.errors import BadInput, Forbidden, NotFound
from rdvd.ground.exchange import (
    Exchange,
    begin_exchange,
    log_exchange,
    log_trouble,
    note_flow,
    refuse_foreign_origin,
    refuse_hidden_slash,
    refuse_repeated,
)
from rdvd.ground.flows import Flowing
from rdvd.ground.framework import PatientConnection, YieldingWebsocket
from rdvd.ground.hooks import Hooks
from rdvd.ground.idempotency import AnswersInMemory, KeptAnswers
from rdvd.ground.performance import Incoming, Stage
from rdvd.ground.problems import leaves_of, trouble_of
from rdvd.ground.routes import Route
from rdvd.ground.traffic import Traffic

EXCHANGE: ContextVar[Exchange | None] = ContextVar("EXCHANGE", default=None)
FLOW_END: ContextVar[ExitStack | None] = ContextVar("FLOW_END", default=None)


@frozen
class HttpSettings:
    deadline: float = 30.0
    body_limit: int = 1024 * 1024
    allowed_origins: frozenset[str] = frozenset()


def make_app(
    routes: Iterable[Route],
    hooks: Hooks,
    *,
    settings: HttpSettings = HttpSettings(),
    kept: KeptAnswers | None = None,
    traffic: Traffic | None = None,
) -> "App":
    stage = Stage(hooks, AnswersInMemory() if kept is None else kept, settings.deadline)
    app = App(stage, settings, Traffic() if traffic is None else traffic)
    for route in routes:
        app.add_route(route)
    return app


class App(QuartTrio):
    """An ASGI app. Beside routes it answers with nothing but problems."""

    asgi_http_class = PatientConnection
    websocket_class = YieldingWebsocket

    def __init__(self, stage: Stage, settings: HttpSettings, traffic: Traffic) -> None:
        super().__init__(__name__, static_folder=None)
        self.traffic = traffic
        self._stage = stage
        self._routes: dict[str, Route] = {}
        self.url_map.strict_slashes = False  # no redirects: a path is right or it is not
        self.url_map.merge_slashes = False
        self.take(settings)
        self.config["BODY_TIMEOUT"] = None  # the deadline of the request covers its body
        self.config["RESPONSE_TIMEOUT"] = None  # it would cut streams off without a word
        self.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        self.before_websocket(self._guard_websocket)

    def take(self, settings: HttpSettings) -> None:
        """For every request that begins from now on; those in hand keep what they began with."""
        self._stage = evolve(self._stage, deadline=settings.deadline)
        self._allowed_origins = settings.allowed_origins
        self.config["MAX_CONTENT_LENGTH"] = settings.body_limit

    def add_route(self, route: Route) -> None:
        self._routes[route.name] = route
        self.add_url_rule(route.path, route.name, methods=[route.method])

    async def handle_request(self, request: QuartRequest) -> Any:
        exchange = begin_exchange(request)
        EXCHANGE.set(exchange)
        with ExitStack() as at_end:
            at_end.enter_context(self.traffic.one_in_flight())
            at_end.callback(self._note_end, exchange)  # also when the client has left
            response = await self._guard_request(request)
            response.headers.extend(_missing(response, exchange))
            if exchange.code is None and exchange.flowing is not None:
                FLOW_END.set(at_end.pop_all())
            else:
                exchange.status, exchange.bytes_out = response.status_code, response.content_length
            return response

    def end_flow(self) -> None:
        """When all of an answer has been sent, or no more of it will be."""
        at_end = FLOW_END.get()
        if at_end is not None:
            at_end.close()

    async def _guard_request(self, request: QuartRequest) -> Any:
        """First of all, before it is even known whether there is such a route."""
        try:
            refuse_foreign_origin(request.headers.getlist("Origin"), self._allowed_origins)
            refuse_repeated(name for name, _ in request.headers)
            refuse_hidden_slash(request.scope["raw_path"])
        except (Forbidden, BadInput, NotFound) as refusal:
            return _to_response(self._answer_error(refusal))
        return await super().handle_request(request)

    async def dispatch_request(self, request_context: RequestContext | None = None) -> Any:
        assert request_context is not None
        request, exchange = request_context.request, EXCHANGE.get()
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        route = self._routes.get(request.endpoint or "")
        if route is None or exchange is None:
            return await super().dispatch_request(request_context)
        exchange.route = route
        path = {name: str(value) for name, value in (request.view_args or {}).items()}
        incoming = Incoming(path, request.query_string, lambda: _read(request))
        answer = await self._stage.perform(route, exchange, incoming)
        return _to_response(answer, answer.flow and exchange.flowing)

    async def handle_user_exception(self, error: BaseException) -> Any:
        return _to_response(self._answer_error(error))

    async def handle_exception(self, error: BaseException) -> Any:
        return _to_response(self._answer_error(error))

    def _answer_error(self, error: BaseException) -> Answer:
        if not all(isinstance(leaf, Exception) for leaf in leaves_of(error)):
            raise error  # a cancellation or an interrupt among others: not ours to answer
        exchange, trouble = EXCHANGE.get(), trouble_of(error)
        log_trouble(exchange, trouble, error)
        if exchange is not None:
            exchange.code = trouble.code
        return answer_trouble(trouble, exchange.id if exchange else "")

    def _note_end(self, exchange: Exchange) -> None:
        if exchange.flowing is not None and exchange.code is None:
            note_flow(exchange, exchange.flowing)
        seconds = trio.current_time() - exchange.started
        route = exchange.route.name if exchange.route else ""
        self.traffic.observe(route, exchange.status, seconds)
        log_exchange(exchange, seconds)

    async def _guard_websocket(self) -> None:
        refuse_foreign_origin(quart.websocket.headers.getlist("Origin"), self._allowed_origins)
        refuse_repeated(name for name, _ in quart.websocket.headers)


async def _read(request: QuartRequest) -> bytes:
    return await request.body


def _missing(response: Any, exchange: Exchange) -> dict[str, str]:
    """What an answer has set itself, such as its caching, stays."""
    wanted = exchange.response_headers()
    return {name: value for name, value in wanted.items() if name not in response.headers}


def _to_response(answer: Answer, flowing: Flowing | None = None) -> quart.Response:
    body = answer.body if flowing is None else flowing
    return quart.Response(body, answer.status, dict(answer.headers))
