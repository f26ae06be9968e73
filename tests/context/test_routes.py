"""A folder over a real repository, asked about at a real daemon."""

import json
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from rdvd.cli.client import Api
from tests.cli.session.house import House
from tests.sessions.house import end_recorder
from tests.tmux.servers import private_run

GIT = ("git", "-c", "user.name=x", "-c", "user.email=x@y", "-c", "init.defaultBranch=main")
SKILL = {"name": "release", "command": "make release", "description": "Ship it"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    with private_run() as run:
        run.chmod(0o700)
        there = House(tmp_path_factory.mktemp("context") / "home", run)
        there.start()
        try:
            yield there
        finally:
            there.end()
            end_recorder(there.home / "server" / "recorder.lock")
            for name in ("api", "terminal", "recorder"):  # what is left there is tmux
                (run / f"{name}.sock").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def folder(house: House) -> dict[str, Any]:
    project = house.home.parent / "project"
    project.mkdir()
    (project / "Makefile").write_text("test:\n\tx\n")
    (project / "app.py").write_text("print()\n")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run([*GIT, *words], cwd=project, check=True)
    (project / "new.txt").write_text("x")
    above = house.ask("POST", "/api/folders", {"name": "work"})
    order = {"name": "app", "path": str(project), "parent_id": above["id"]}
    return house.ask("POST", "/api/folders", order)


def known(house: House, folder: dict[str, Any], action: str, **data: object) -> Any:
    body = {"action": action, "data": data}
    return house.ask("PATCH", f"/api/folders/{folder['id']}/knowledge", body)


def test_the_context_tells_all_that_is_around_a_folder(
    house: House, folder: dict[str, Any]
) -> None:
    known(house, folder, "add_skill", **SKILL)
    house.ask("PATCH", f"/api/preferences/folders/{folder['id']}", {
        "shell": ["/bin/sh"], "environment": {"TOKEN": "a secret"},
    })  # fmt: skip
    order = {
        "name": "inside", "project_path": str(house.home), "command": ["cat"],
        "folder_id": folder["id"],
    }  # fmt: skip
    session = house.ask("POST", "/api/sessions", order)
    told = house.ask("GET", f"/api/folders/{folder['id']}/context")

    assert [each["name"] for each in told["parents"]] == ["work"]
    assert told["project"]["commands"] == {"test": "make test"}
    assert told["project"]["primary_language"] == "Python"
    assert "release" in [each["content"].get("name") for each in told["knowledge"]]
    assert (told["git"]["branch"], told["git"]["is_clean"], told["git"]["untracked"]) == (
        "main", False, 1,
    )  # fmt: skip
    assert [each["is_main"] for each in told["worktrees"]] == [True]
    assert session["id"] in [each["id"] for each in told["sessions"]]
    preferences = {each["key"]: each for each in told["preferences"]}
    assert preferences["shell"]["source"] == "folder app"
    assert preferences["environment"]["value"] == ["TOKEN"]
    assert "a secret" not in json.dumps(told)
    assert (told["left_out"], told["notes"]) == ({}, {})


def test_only_what_is_asked_for_comes_and_no_more_than_fits(
    house: House, folder: dict[str, Any]
) -> None:
    path = f"/api/folders/{folder['id']}/context"
    told = house.ask("GET", f"{path}?include=git,parents")
    assert {name for name in told if told[name] is not None} == {
        "folder", "git", "parents", "left_out", "notes",
    }  # fmt: skip
    for number in range(30):
        known(house, folder, "add_pattern", type=f"p{number}", description="long " * 20)
    small = house.ask("GET", f"{path}?include=knowledge&max_bytes=2048")
    assert len(json.dumps(small["knowledge"])) < 2_200
    assert small["left_out"]["knowledge"] > 10
    status, text = Api(house.run / "api.sock").exchange("GET", f"{path}?include=nothing")
    assert (status, "there are parents" in text) == (400, True)


def test_a_folder_without_a_directory_says_so_and_tells_the_rest(house: House) -> None:
    bare = house.ask("POST", "/api/folders", {"name": "bare"})
    told = house.ask("GET", f"/api/folders/{bare['id']}/context")
    assert (told["knowledge"], told["sessions"], told["project"]) == ([], [], None)
    assert set(told["notes"]) == {"project", "git", "worktrees"}


def test_knowledge_is_learnt_searched_and_forgotten_into_the_trash(
    house: House, folder: dict[str, Any]
) -> None:
    path = f"/api/folders/{folder['id']}/knowledge"
    known(house, folder, "add_skill", **SKILL)
    scanned = known(house, folder, "scan")["knowledge"]
    assert scanned["tech_stack"] == ["Python"]
    assert (scanned["metadata"]["build_tool"], scanned["last_scanned_at"] > 0) == ("make", True)
    hits = house.ask("GET", f"{path}?search=ship")["search_results"]
    assert [(hit["type"], hit["excerpt"]) for hit in hits] == [("skill", hits[0]["excerpt"])]
    assert "[Ship]" in hits[0]["excerpt"]
    status, text = Api(house.run / "api.sock").exchange(
        "PATCH", path, json.dumps({"action": "add_tool", "data": {"name": "x"}})
    )
    assert (status, "$.data" in text) == (400, True)

    exported = house.rdv("knowledge", "export", "--folder", "app")
    cleared = house.rdv("knowledge", "clear", "--folder", "app", "--yes", "--json")
    assert house.ask("GET", path)["exists"] is False
    place = house.home.parent / "back"
    place.mkdir()
    house.ask("POST", f"/api/trash/{cleared.json['trash_id']}/restore", {"to": str(place)})
    (back,) = place.iterdir()
    imported = house.rdv("knowledge", "import", str(back), "--folder", "app")
    assert imported.code == 0, imported.err
    again = house.rdv("knowledge", "export", "--folder", "app")
    assert again.json["items"] == exported.json["items"]


def test_rdv_knowledge_speaks_for_people(house: House, folder: dict[str, Any]) -> None:
    added = house.rdv(
        "knowledge", "add", "convention", "style", "Short names", "--folder", "work/app",
        "--data", '{"examples": ["x"]}',
    )  # fmt: skip
    assert added.code == 0, added.err
    found = house.rdv("knowledge", "search", "short", "--folder", "app")
    listed = house.rdv("knowledge", "ls", "--kind", "convention", "--folder", "app")
    assert "Short" in found.out
    assert "Short names" in listed.out
    removed = house.rdv("knowledge", "rm", added.out.split()[1], "--folder", "app")
    assert removed.code == 0, removed.err
    assert house.rdv("knowledge", "rm", "none", "--folder", "app").code == 3
    assert house.rdv("knowledge", "ls").code == 2
    assert (
        house.rdv("knowledge", "add", "tool", "a", "b", "--data", "{", "--folder", "app").code == 2
    )


def test_an_agent_in_a_folder_reads_and_learns_there_and_nowhere_else(
    house: House, folder: dict[str, Any]
) -> None:
    file = house.home / "token"
    line = f'printf %s "$RDV_SESSION_TOKEN" > {file}; echo told; cat'
    order = {
        "name": "agent", "project_path": str(house.home), "command": ["sh", "-c", line],
        "folder_id": folder["id"],
    }  # fmt: skip
    house.ask("POST", "/api/sessions", order)
    waited = house.rdv("session", "wait", "agent", "told", "--for", "output", "--from-start")
    assert waited.code == 0, waited.err
    inside = Api(house.run / "api.sock", file.read_text())
    other = house.ask("POST", "/api/folders", {"name": "other"})

    def ask(method: str, id: str, what: str, body: object = None) -> int:
        sent = None if body is None else json.dumps(body)
        return inside.exchange(method, f"/api/folders/{id}/{what}", sent)[0]

    learn = {"action": "add_skill", "data": {"name": "agent's", "command": "x"}}
    assert ask("GET", folder["id"], "context") == 200
    assert ask("PATCH", folder["id"], "knowledge", learn) == 200
    assert ask("DELETE", folder["id"], "knowledge") == 403
    assert ask("GET", other["id"], "context") == 403
    assert ask("PATCH", other["id"], "knowledge", learn) == 403


def test_what_a_project_is_follows_its_files(house: House, folder: dict[str, Any]) -> None:
    path = f"/api/folders/{folder['id']}/metadata"
    first = house.ask("GET", path)
    added = Path(folder["path"]) / "go.mod"
    added.write_text("module x\n")
    second, third = house.ask("GET", path), house.ask("POST", f"{path}/refresh")
    added.unlink()
    assert first["project"]["package_manager"] is None
    assert second["project"]["package_manager"] == "go"
    assert (third["project"], third["at"] > second["at"]) == (second["project"], True)
