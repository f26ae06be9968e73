"""The description agrees with what is served, and independent eyes find it valid."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from openapi_spec_validator import OpenAPIV31SpecValidator

from rdvd.ground.openapi import description_routes, openapi_document
from rdvd.ground.openapi_page import openapi_page

from .http_client import ask
from .http_server import app_of, serving, small_routes


def document() -> dict[str, Any]:
    return openapi_document(small_routes(), title="rdvd", version="1.2.3")


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in cast(dict[str, object], value).items():
            if name == "$ref" and isinstance(member, str):
                yield member
            yield from references(member)
    elif isinstance(value, list):
        for member in cast(list[object], value):
            yield from references(member)


def test_an_independent_validator_accepts_it() -> None:
    found = cast(Any, OpenAPIV31SpecValidator(document())).iter_errors()

    assert list(found) == []


def test_no_reference_dangles() -> None:
    described = document()
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}

    assert set(references(described)) <= known
    assert "#/components/schemas/NewThing" in set(references(described))


def test_every_route_is_there_with_its_parameters() -> None:
    paths = document()["paths"]

    assert {(path, method) for path, methods in paths.items() for method in methods} == {
        ("/api/things", "get"),
        ("/api/things", "post"),
        ("/api/things/{id}", "get"),
        ("/api/things/{id}", "delete"),
    }
    parameters = paths["/api/things"]["get"]["parameters"]
    assert [each["name"] for each in parameters] == ["limit", "tag", "deep"]
    assert paths["/api/things/{id}"]["get"]["parameters"][0]["in"] == "path"
    assert "201" in paths["/api/things"]["post"]["responses"]


def test_problems_are_documented() -> None:
    responses = document()["paths"]["/api/things"]["post"]["responses"]

    assert {"400", "401", "403", "404", "409", "413", "415", "429", "default"} < responses.keys()
    schema = responses["400"]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}


def test_the_page_loads_nothing_and_shows_everything() -> None:
    described = document()
    described["info"]["title"] = "<script>"
    page = openapi_page(described)

    assert "<script" not in page
    assert "src=" not in page
    assert "href=" not in page
    for path in described["paths"]:
        assert path in page


async def test_both_are_served(tmp_path: Path) -> None:
    routes = small_routes()
    described = description_routes(routes, title="rdvd", version="1.2.3")
    async with serving(app_of(routes + described), tmp_path) as server:
        found = await ask(server.path, "GET", "/openapi.json")
        page = await ask(server.path, "GET", "/docs")

    assert json.loads(found.body) == document()
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "style-src" in page.headers["content-security-policy"]
