"""The trash of a real daemon, over its socket; and docs/trash.md tells of every route."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import trio

from rdvd.trash.routes import trash_routes
from tests.rdvd.daemons import living, rdv

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


async def test_what_is_old_by_its_date_alone_stays_and_everybody_is_told(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        folder = (await daemon.ask("POST", "/api/folders", {"name": "work"})).json["id"]
        await daemon.ask("DELETE", f"/api/folders/{folder}")
        assert await daemon.stop() == 0
    with closing(sqlite3.connect(tmp_path / "home" / "sqlite.db")) as db, db:
        month = 30 * 86_400_000
        db.execute("UPDATE trash SET thrown = thrown - ?, expires = expires - ?", (month, month))

    async with living(tmp_path / "home") as daemon:
        (entry,) = (await daemon.ask("GET", "/api/trash")).json
        would = (await daemon.ask("DELETE", "/api/trash?older_than=7d&dry_run=true")).json
        gone = (await daemon.ask("DELETE", "/api/trash?older_than=7d")).json
        listed = await trio.to_thread.run_sync(rdv, daemon, "trash", "ls")
        emptied = await trio.to_thread.run_sync(
            rdv, daemon, "trash", "empty", "--older-than", "7d", "--yes"
        )

    assert 86_400 < entry["waits_seconds"] <= 30 * 86_400
    assert (would["entries"], would["waiting"], gone["entries"]) == (0, 1, 0)
    assert "after 720 h of running" in listed.stdout
    assert "1 more are as old by the date alone" in emptied.stdout
