"""docs/sessions.md tells of every route, and of no other."""

import re
from pathlib import Path
from typing import Any, cast

from rdvd.sessions import Front
from rdvd.sessions.routes import session_routes

DOCUMENT = Path(__file__).parents[2] / "docs" / "sessions.md"
ROW = re.compile(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) \S+)` \| (.+) \|$", re.MULTILINE)


def test_every_route_is_in_the_document_with_what_it_does():
    nobody = cast(Any, None)  # no route is asked here
    routes = session_routes(Front(nobody, nobody), nobody)

    assert {route.name: route.summary for route in routes} == dict(
        ROW.findall(DOCUMENT.read_text())
    )
