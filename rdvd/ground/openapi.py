"""OpenAPI 3.1 from the route table."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from attrs import frozen

from rdvd.ground.answers import DONE, JSON_TYPE, Binary, Text
from rdvd.ground.errors import Problem
from rdvd.ground.exchange import CONTENT_POLICY
from rdvd.ground.json import encode, schemas
from rdvd.ground.problems import PROBLEM_TYPE
from rdvd.ground.routes import ANYONE, PATH_PARAMETER, Request, Route, Routes

Document = dict[str, Any]
PROBLEM = {"$ref": "#/components/schemas/Problem"}
PROBLEM_SCHEMA: Document = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457. `code` is for programs, `detail` for people.",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "the request's id"},
        "code": {"type": "string"},
        "error": {"type": "string"},
        "message": {"type": "string"},
    },
}
DONE_SCHEMA: Document = {
    "type": "object",
    "required": list(DONE),
    "properties": {"success": {"const": True}},
}
OF_FLOWS = (
    "Sent in chunks while it is made. If it cannot be completed the connection is cut, before the "
    "last chunk; what has come by then is not the whole."
)
SUCCESSES = {200: "OK", 201: "Created", 202: "Accepted"}


@frozen
class Described:
    """A route beside the schemas of its types."""

    route: Route
    request: Document | None
    query: Document | None
    response: Document | None


def openapi_document(routes: Iterable[Route], *, title: str, version: str) -> Document:
    described, components = _describe_all(list(routes))
    paths: dict[str, Document] = {}
    for one in described:
        path = PATH_PARAMETER.sub(r"{\g<name>}", one.route.path)
        paths.setdefault(path, {})[one.route.method.lower()] = _operation(one, components)
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": PROBLEM_SCHEMA},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }
    return json.loads(json.dumps(document))  # msgspec leaves tuples, which are no JSON arrays


def _describe_all(routes: list[Route]) -> tuple[list[Described], Document]:
    kinds = [
        kind
        for route in routes
        for kind in (route.request, route.query, route.response)
        if kind is not None
    ]
    found, components = schemas(kinds)
    schema = iter(found)

    def next_of(kind: Any) -> Document | None:
        return None if kind is None else next(schema)

    described = [
        Described(route, next_of(route.request), next_of(route.query), next_of(route.response))
        for route in routes
    ]
    return described, components


def _operation(described: Described, components: Document) -> Document:
    route = described.route
    parameters = [*_path_parameters(route), *_query_parameters(described.query, components)]
    if route.idempotent:
        parameters.append(_parameter("Idempotency-Key", "header", {"type": "string"}))
    operation: Document = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "parameters": parameters,
        "responses": _responses(described),
        "security": [{}] if route.who == ANYONE else [{"bearer": []}, {}],
        "x-rdv-who": route.who,
        "x-rdv-category": route.category,
    }
    if described.request is not None:
        content = {JSON_TYPE: {"schema": described.request}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _responses(described: Described) -> Document:
    route = described.route
    body = {"type": "string"} if route.response_type != JSON_TYPE else described.response
    said = SUCCESSES.get(route.status, "Success")
    success = {
        "description": f"{said}. {OF_FLOWS}" if route.flows else said,
        "content": {route.response_type: {"schema": body or DONE_SCHEMA}},
    }
    refusals = {str(kind.status): _refusal(kind.title) for kind in _refusals_of(route)}
    return {str(route.status): success, **refusals, "default": _refusal("Any other problem")}


def _refusals_of(route: Route) -> list[type[Problem]]:
    """Those that the ground itself may give; a handler's own are among the default."""
    by_status = {kind.status: kind for kind in (Problem, *Problem.__subclasses__())}
    statuses = [400, 404] if route.who == ANYONE else [400, 401, 403, 404]
    statuses += [413, 415] if route.request is not None else []
    statuses += [409] if route.idempotent else []
    statuses += [429] if route.category else []
    return [by_status[status] for status in sorted(statuses)]


def _refusal(description: str) -> Document:
    return {"description": description, "content": {PROBLEM_TYPE: {"schema": PROBLEM}}}


def _path_parameters(route: Route) -> list[Document]:
    return [
        _parameter(name, "path", {"type": "string"}, required=True) for name in route.parameters
    ]


def _query_parameters(query: Document | None, components: Document) -> list[Document]:
    if query is None:
        return []
    schema = components[query["$ref"].rpartition("/")[2]]
    required = schema.get("required", [])
    return [
        _parameter(name, "query", member, required=name in required)
        for name, member in schema["properties"].items()
    ]


def _parameter(name: str, place: str, schema: Document, *, required: bool = False) -> Document:
    return {"name": name, "in": place, "required": required, "schema": schema}


def _operation_id(route: Route) -> str:
    words = [part.strip("<>").split(":")[-1] for part in route.path.split("/") if part]
    return "_".join([route.method.lower(), *words]).replace("-", "_").replace(".", "_")


def description_routes(routes: Iterable[Route], *, title: str, version: str) -> Routes:
    """`/openapi.json` and `/docs`, about these routes: made when first asked for, kept as text."""
    about = tuple(routes)
    described = Routes()

    @cache
    def document() -> bytes:
        return encode(openapi_document(about, title=title, version=version))

    @cache
    def page() -> str:
        from rdvd.ground.openapi_page import openapi_page  # lazy: it brings all names of HTML

        return openapi_page(json.loads(document()))

    @described.route("GET", "/openapi.json", "This description", who=ANYONE, category="")
    async def _(_: Request[None]) -> Binary:
        return Binary(document(), content_type=JSON_TYPE)

    @described.route(
        "GET", "/docs", "This description to read", who=ANYONE, category="",
        response_type="text/html",
    )  # fmt: skip
    async def _(_: Request[None]) -> Text:
        policy = {"Content-Security-Policy": f"{CONTENT_POLICY}; style-src 'unsafe-inline'"}
        return Text(page(), "text/html; charset=utf-8", policy)

    return described
