"""Preferences of a real daemon, and what its sessions get of them."""

import os
import pwd
import re
from pathlib import Path
from typing import Any, cast

import pytest
import trio

from rdvd.preferences.routes import preference_routes
from tests.rdvd.daemons import Daemon, living_at

DOCUMENT = Path(__file__).parents[2] / "docs" / "folders.md"
ROW = re.compile(r"^\| `((?:GET|PATCH|DELETE) /api/preferences\S*)` \| (.+) \|$", re.MULTILINE)


def test_every_route_is_in_the_document_with_what_it_does():
    nobody = cast(Any, None)  # no route is asked here
    routes = {each.name: each.summary for each in preference_routes(nobody, nobody, nobody)}

    assert routes == dict(ROW.findall(DOCUMENT.read_text()))


async def test_new_sessions_get_what_is_said_for_their_folder(tmp_path: Path, run: Path):
    async with living_at(tmp_path / "home", run) as daemon:
        made = await daemon.ask("POST", "/api/folders", {"name": "work", "path": str(tmp_path)})
        folder = made.json["id"]
        ours = {"A": "1", "B": "1"}
        mine = await daemon.ask("PATCH", "/api/preferences", {"environment": ours})
        place, out = "/api/preferences/folders/work", tmp_path / "out"
        said = {
            "environment": {"A": "2"}, "disabled_environment": ["B"],
            "startup_command": f'echo "$A-$B-$PWD" > {out}.new; mv {out}.new {out}',
        }  # fmt: skip
        tag = (await daemon.ask("GET", place)).headers["etag"]
        theirs = await daemon.ask("PATCH", place, said, If_Match=tag)
        stale = await daemon.ask("PATCH", place, {"agent": "codex"}, If_Match=tag)
        resolved = (await daemon.ask("GET", f"{place}/resolved")).json["values"]
        order = {"name": "one", "folder_id": folder}
        session = await daemon.ask("POST", "/api/sessions", order)
        with trio.fail_after(20):
            while not out.exists():
                await trio.lowlevel.checkpoint()
        cleared = await daemon.ask("DELETE", place)

    assert (mine.json["environment"], theirs.status, stale.status) == (
        {"A": "1", "B": "1"},
        200,
        412,
    )
    by_key = {each["key"]: each for each in resolved}
    assert (by_key["environment.A"]["value"], by_key["environment.A"]["folder_name"]) == (
        "2", "work",
    )  # fmt: skip
    assert (by_key["environment.B"]["disabled"], by_key["shell"]["level"]) == (True, "default")
    assert by_key["working_directory"]["is_path"]
    assert (session.status, session.json["environment_names"]) == (201, ["A"])
    assert out.read_text() == f"2--{tmp_path}\n"
    assert cleared.json["environment"] == {}


async def test_a_preferred_directory_that_is_gone_is_named_with_whose_it_is(
    tmp_path: Path, run: Path
):
    async with living_at(tmp_path / "home", run) as daemon:
        folder = await daemon.ask("POST", "/api/folders", {"name": "work", "path": "/gone"})
        refused = await daemon.ask(
            "POST", "/api/sessions", {"name": "one", "folder_id": folder.json["id"]}
        )
        sessions = (await daemon.ask("GET", "/api/sessions")).json

    assert (refused.status, refused.json["code"], sessions) == (400, "BAD_DIRECTORY", [])
    assert "folder 'work'" in refused.json["detail"]


async def test_what_is_said_is_the_users_own_and_is_told_without_its_value(
    tmp_path: Path, run: Path
):
    async with living_at(tmp_path / "home", run) as daemon:
        wrong = await patch(daemon, {"environment": {"RDV_SESSION_TOKEN": "x"}})
        unknown = await daemon.ask("PATCH", "/api/preferences/folders/none", {"agent": "codex"})
        odd = await patch(daemon, {"agent": "hal"})

    assert (wrong, unknown.status, odd) == (400, 404, 400)


async def patch(daemon: Daemon, body: object) -> int:
    return (await daemon.ask("PATCH", "/api/preferences", body)).status


@pytest.mark.parametrize("is_empty", [False, True])
async def test_sessions_begin_at_home_which_an_empty_variable_does_not_move(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch, is_empty: bool
):
    monkeypatch.setenv("HOME", "" if is_empty else str(tmp_path))
    async with living_at(tmp_path / "home", run) as daemon:
        resolved = (await daemon.ask("GET", "/api/preferences/resolved")).json["values"]

    (found,) = [each["value"] for each in resolved if each["key"] == "working_directory"]
    assert found == (pwd.getpwuid(os.getuid()).pw_dir if is_empty else str(tmp_path))
