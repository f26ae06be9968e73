"""Folders of a real daemon: made, moved, taken away with what is in them, and had back."""

import re
from pathlib import Path
from typing import Any, cast

from rdvd.folders.routes import folder_routes
from tests.rdvd.daemons import Daemon, configure, living_at

DOCUMENT = Path(__file__).parents[2] / "docs" / "folders.md"
ROW = re.compile(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) \S*folders\S*)` \| (.+) \|$", re.MULTILINE)


def test_every_route_is_in_the_document_with_what_it_does():
    nobody = cast(Any, None)  # no route is asked here
    routes = {each.name: each.summary for each in folder_routes(nobody, nobody, nobody)}

    written = dict(ROW.findall(DOCUMENT.read_text()))
    assert {name: written.get(name) for name in routes} == routes


async def make(daemon: Daemon, name: str, parent: str | None = None, **said: object) -> str:
    body = {"name": name, "parentId": parent, **said}
    made = await daemon.ask("POST", "/api/folders", body)
    assert made.status == 201, made.json
    return made.json["id"]


async def session_in(daemon: Daemon, folder: str, name: str) -> str:
    body = {"name": name, "folder_id": folder, "command": ["sleep", "100"]}
    made = await daemon.ask("POST", "/api/sessions", body)
    assert made.status == 201, made.json
    return made.json["id"]


async def test_a_folder_has_what_the_seed_says_and_changes_only_as_it_was_seen(
    tmp_path: Path, run: Path
):
    async with living_at(tmp_path / "home", run) as daemon:
        work = await make(daemon, "code", path="/src", color="#00ff00", icon="🦀")
        api = await make(daemon, "api", work)
        seen = await daemon.ask("GET", "/api/folders/api")
        tag, place = seen.headers["etag"], f"/api/folders/{api}"
        changed = await daemon.ask("PATCH", place, {"collapsed": True}, If_Match=tag)
        stale = await daemon.ask("PATCH", place, {"color": "red"}, If_Match=tag)
        cycle = await daemon.ask("POST", f"/api/folders/{work}/move", {"parent_id": api})
        ordered = await daemon.ask("POST", "/api/folders/reorder", {"folder_ids": [api, work]})
        listed = await daemon.ask("GET", "/api/folders")
        within = await daemon.ask("GET", "/api/folders/code/children")
        unknown = await daemon.ask("POST", "/api/folders/reorder", {"folder_ids": ["x"]})

    assert set(seen.json) >= {
        "id", "user_id", "parent_id", "name", "path", "color", "icon", "collapsed", "sort_order",
        "created_at", "updated_at",
    }  # fmt: skip
    assert (changed.status, changed.json["collapsed"], stale.status) == (200, True, 412)
    assert (cycle.status, cycle.json["code"]) == (409, "FOLDER_CYCLE")
    assert ordered.json == {"success": True}
    assert [each["id"] for each in listed.json] == [api, work]
    assert [each["id"] for each in within.json] == [api]
    assert (unknown.status, unknown.json["code"]) == (400, "UNKNOWN_FOLDER")


async def test_a_full_trash_ends_nothing_that_it_has_no_room_for(tmp_path: Path, run: Path):
    configure(tmp_path / "home", "[trash]\nmax_bytes = 0\n")
    async with living_at(tmp_path / "home", run) as daemon:
        work = await make(daemon, "work")
        session = await session_in(daemon, work, "build")
        alone = await daemon.ask("POST", f"/api/sessions/{session}/trash")
        whole = await daemon.ask("DELETE", f"/api/folders/{work}?recursive=true")
        status = (await daemon.ask("GET", f"/api/sessions/{session}")).json["status"]
        folders = (await daemon.ask("GET", "/api/folders")).json
        await daemon.ask("DELETE", f"/api/sessions/{session}")

    assert (alone.status, alone.json["code"]) == (507, "TRASH_FULL")
    assert (whole.status, whole.json["code"]) == (507, "TRASH_FULL")
    assert status == "active"
    assert [each["id"] for each in folders] == [work]


async def test_with_all_that_is_in_it_it_goes_to_the_trash_and_comes_back_as_one(
    tmp_path: Path, run: Path
):
    async with living_at(tmp_path / "home", run) as daemon:
        work = await make(daemon, "work")
        api = await make(daemon, "api", work)
        session = await session_in(daemon, api, "build")
        old = await session_in(daemon, api, "old")
        await daemon.ask("POST", f"/api/sessions/{old}/trash")

        refused = await daemon.ask("DELETE", f"/api/folders/{work}")
        dry = await daemon.ask("DELETE", f"/api/folders/{work}?recursive=true&dry_run=true")
        gone = await daemon.ask("DELETE", f"/api/folders/{work}?recursive=true")
        listed = (await daemon.ask("GET", "/api/folders")).json
        trashed = (await daemon.ask("GET", f"/api/sessions/{session}")).json
        alone = (await daemon.ask("POST", f"/api/sessions/{old}/untrash")).json
        (entry,) = (await daemon.ask("GET", "/api/trash")).json
        back = await daemon.ask("POST", f"/api/trash/{entry['id']}/restore")
        folders = (await daemon.ask("GET", "/api/folders")).json
        restored = (await daemon.ask("GET", f"/api/sessions/{session}")).json
        trash = (await daemon.ask("GET", "/api/trash")).json

    assert (refused.status, refused.json["code"]) == (409, "FOLDER_NOT_EMPTY")
    assert (refused.json["folders"], refused.json["sessions"]) == (["api"], ["build"])
    assert (dry.json["outcome"], dry.json["folder_count"], dry.json["session_count"]) == (
        "would_remove", 2, 1,
    )  # fmt: skip
    assert gone.json["trash_id"] == entry["id"]
    assert listed == []
    assert (trashed["status"], trashed["folder_id"]) == ("trashed", None)
    assert (alone["status"], alone["folder_id"]) == ("closed", None)
    assert (entry["kind"], entry["title"]) == ("folder", "work")
    assert back.json["places"] == ["work"]
    assert [(each["id"], each["parent_id"]) for each in folders] == [(work, None), (api, work)]
    assert (restored["status"], restored["folder_id"]) == ("closed", api)
    assert trash == []


async def test_what_is_in_it_can_go_elsewhere_first(tmp_path: Path, run: Path):
    async with living_at(tmp_path / "home", run) as daemon:
        work, other = await make(daemon, "work"), await make(daemon, "other")
        api = await make(daemon, "api", work)
        session = await session_in(daemon, work, "build")
        inside = await daemon.ask("DELETE", f"/api/folders/{work}?move_to=work/api")
        moved = await daemon.ask("DELETE", f"/api/folders/{work}?move_to=other")
        found = (await daemon.ask("GET", f"/api/sessions/{session}")).json
        after = (await daemon.ask("GET", f"/api/folders/{api}")).json
        await daemon.ask("DELETE", f"/api/folders/{other}?recursive=true")
        child = (await daemon.ask("GET", "/api/trash?kind=folder")).json[0]["id"]
        back = await daemon.ask("POST", f"/api/trash/{child}/restore?to=nowhere")

    assert (inside.status, inside.json["code"]) == (409, "FOLDER_CYCLE")
    assert (moved.json["outcome"], moved.json["session_count"]) == ("moved", 1)
    assert (found["status"], found["folder_id"]) == ("active", other)
    assert after["parent_id"] == other
    assert back.status == 404


async def test_a_folder_whose_place_is_gone_comes_back_to_another(tmp_path: Path, run: Path):
    async with living_at(tmp_path / "home", run) as daemon:
        work = await make(daemon, "work")
        api = await make(daemon, "api", work)
        child = (await daemon.ask("DELETE", f"/api/folders/{api}")).json["trash_id"]
        await daemon.ask("DELETE", f"/api/folders/{work}")
        refused = await daemon.ask("POST", f"/api/trash/{child}/restore")
        back = await daemon.ask("POST", f"/api/trash/{child}/restore", {"to": "top"})
        found = (await daemon.ask("GET", f"/api/folders/{api}")).json

    assert (refused.status, refused.json["code"]) == (409, "PLACE_GONE")
    assert (back.status, found["parent_id"]) == (200, None)


async def test_a_session_goes_only_into_a_folder_that_is_there(tmp_path: Path, run: Path):
    async with living_at(tmp_path / "home", run) as daemon:
        work = await make(daemon, "work")
        refused = await daemon.ask("POST", "/api/sessions", {"name": "x", "folder_id": "no"})
        session = await session_in(daemon, work, "x")
        wrong = await daemon.ask("PUT", f"/api/sessions/{session}/folder", {"folder_id": "no"})
        patched = await daemon.ask(
            "PATCH", f"/api/sessions/{session}", {"folder_id": "no", "name": "y"}
        )
        out = await daemon.ask("PUT", f"/api/sessions/{session}/folder", {"folder_id": None})
        into = await daemon.ask("PATCH", f"/api/sessions/{session}", {"folder_id": work})
        renamed = await daemon.ask("PATCH", f"/api/sessions/{session}", {"name": "z"})

    assert (refused.status, refused.json["code"]) == (400, "UNKNOWN_FOLDER")
    assert (wrong.status, patched.status, out.json["name"]) == (400, 400, "x")
    assert (out.json["folder_id"], into.json["folder_id"]) == (None, work)
    assert renamed.json["folder_id"] == work
