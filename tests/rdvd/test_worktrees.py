"""Worktrees through the whole daemon, in the words of seed 000."""

import signal
from http.client import HTTPException
from pathlib import Path

import pytest
import trio

from tests.worktrees.gits import Repo, copy_of, make_template

from .daemons import A_WHILE, Daemon, configure, living, living_at


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return copy_of(make_template(tmp_path / "template"), tmp_path / "place")


async def new(daemon: Daemon, repo: Repo, branch: str) -> Path:
    made = await daemon.ask(
        "POST", "/api/worktrees", {"projectPath": str(repo.path), "branch": branch}
    )
    assert made.status == 201, made.json
    assert made.json["created_branch"] is True
    return Path(made.json["path"])


async def test_a_worktree_is_made_listed_looked_at_and_removed_by_both_routes(
    tmp_path: Path, repo: Repo
):
    async with living(tmp_path / "home") as daemon:
        first, second = await new(daemon, repo, "fix/a"), await new(daemon, repo, "fix/b")
        repo.write("new", "1\n", at=second)

        listed = await daemon.ask("GET", f"/api/worktrees?repo_path={repo.path}")
        branches = await daemon.ask("GET", f"/api/worktrees/branches?repo_path={repo.path}")
        status = await daemon.ask("GET", f"/api/worktrees/status?worktree_path={second}")
        nowhere = await daemon.ask("GET", "/api/worktrees/status?worktree_path={tmp_path}/nowhere")
        too_long = await daemon.ask("GET", f"/api/worktrees/status?worktree_path=/{'x' * 300}")
        check = await daemon.ask("POST", "/api/worktrees/check", {"worktreePath": str(second)})
        gone = await daemon.ask("DELETE", "/api/worktrees", {"worktreePath": str(first)})
        kept = await daemon.ask("DELETE", f"/api/worktrees/remove?worktree_path={second}")
        forced = await daemon.ask(
            "DELETE", f"/api/worktrees/remove?worktree_path={second}&force=true"
        )
        again = await daemon.ask("DELETE", "/api/worktrees", {"worktreePath": str(second)})
        brought = await daemon.ask("POST", f"/api/trash/{forced.json['trash'][0]}/restore", {})

    assert [each["branch"] for each in listed.json] == ["main", "fix/a", "fix/b"]
    assert {each["name"]: each["worktree"] for each in branches.json} == {
        "fix/a": str(first), "fix/b": str(second), "main": str(repo.path), "old": None,
    }  # fmt: skip
    assert (status.json["is_clean"], status.json["untracked"]) == (False, 1)
    assert nowhere.json["exists"] is False
    assert (too_long.status, "too long" in too_long.json["detail"]) == (400, True)
    assert check.json == {"hasUncommittedChanges": True, "branch": "fix/b"}
    assert (gone.status, gone.json["success"], gone.json["deleted_path"]) == (200, True, str(first))
    assert (kept.status, kept.json["code"]) == (409, "HAS_UNCOMMITTED_CHANGES")
    assert kept.json["losses"][0]["items"] == ["new"]
    assert forced.status == 200
    assert (again.status, again.json["code"]) == (404, "WORKTREE_NOT_FOUND")
    assert brought.status == 200, brought.json
    assert (second / "new").read_text() == "1\n"


async def test_a_session_keeps_its_worktree_and_what_is_half_made_is_gone_at_the_next_start(
    tmp_path: Path, run: Path, repo: Repo
):
    async with living_at(tmp_path / "home", run) as daemon:
        path = await new(daemon, repo, "fix")
        order = {"name": "one", "project_path": str(path), "command": ["sleep", "60"]}
        session = await daemon.ask("POST", "/api/sessions", order)
        refused = await daemon.ask(
            "DELETE", f"/api/worktrees/remove?worktree_path={path}&force=true"
        )
        await daemon.ask("DELETE", f"/api/sessions/{session.json['id']}")
        gone = await daemon.ask("DELETE", f"/api/worktrees/remove?worktree_path={path}")

    kinds = {each["kind"] for each in refused.json["obstacles"]}
    assert (refused.status, refused.json["code"]) == (409, "WORKTREE_IN_USE")
    assert kinds == {"session", "process"}
    assert gone.status == 200, gone.json


KILLER = """#!/bin/sh
case "$*" in *"worktree add"*)
    if [ -e '{flag}' ]; then
        rm '{flag}'
        git "$@"
        kill -KILL $PPID
        exit 1
    fi
esac
exec git "$@"
"""


async def test_a_daemon_that_is_killed_while_a_worktree_comes_back_undoes_that_at_its_next_start(
    tmp_path: Path, repo: Repo
):
    program, flag, home = tmp_path / "killer", tmp_path / "flag", tmp_path / "home"
    program.write_text(KILLER.format(flag=flag))
    program.chmod(0o755)
    configure(home, f'[worktrees]\ngit = "{program}"\n')
    async with living(home) as daemon:
        path = await new(daemon, repo, "fix")
        repo.write("new", "1\n", at=path)
        gone = await daemon.ask("DELETE", f"/api/worktrees/remove?worktree_path={path}&force=true")
        restoring = f"/api/trash/{gone.json['trash'][0]}/restore"
        flag.touch()
        with pytest.raises((OSError, HTTPException)):
            await daemon.ask("POST", restoring, {})
        with trio.fail_after(A_WHILE):
            assert await daemon.process.wait() == -signal.SIGKILL
        assert path.exists()

    async with living(home) as daemon:
        assert not path.exists()
        brought = await daemon.ask("POST", restoring, {})

    assert brought.status == 200, brought.json
    assert (path / "new").read_text() == "1\n"
    assert repo.is_well()
