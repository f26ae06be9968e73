"""The trash of a real daemon, over its socket; and docs/trash.md tells of every route."""

import re
from pathlib import Path
from typing import Any, cast

from rdvd.trash.routes import trash_routes
from tests.rdvd.daemons import living

DOCUMENT = Path(__file__).parents[2] / "docs" / "trash.md"
ROW = re.compile(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) \S+)` \| (.+) \|$", re.MULTILINE)


def test_every_route_is_in_the_document_with_what_it_does():
    nobody = cast(Any, None)  # no route is asked here
    routes = trash_routes(nobody, nobody)

    assert {route.name: route.summary for route in routes} == dict(
        ROW.findall(DOCUMENT.read_text())
    )


async def test_an_empty_trash_answers_and_refuses_what_makes_no_sense(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        listed = await daemon.ask("GET", "/api/trash")
        missing = await daemon.ask("GET", "/api/trash/nothing")
        odd = await daemon.ask("DELETE", "/api/trash?older_than=soon")
        emptied = await daemon.ask("DELETE", "/api/trash?older_than=7d&dry_run=true")

    assert (listed.status, listed.json) == (200, [])
    assert (missing.status, missing.json["code"]) == (404, "NOT_IN_TRASH")
    assert (odd.status, "7d" in odd.json["detail"]) == (400, True)
    assert emptied.json == {
        "entries": 0, "bytes": 0, "dry_run": True, "waiting": 0, "waits_seconds": 0, "success": True
    }  # fmt: skip
