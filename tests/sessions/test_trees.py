"""A session and the worktree that is made for it: both, or neither."""

from functools import partial
from pathlib import Path

import pytest
import trio

from rdvd.ground.errors import Problem
from rdvd.sessions import Active
from rdvd.sessions.trees import check_tree
from rdvd.sessions.types import TreeOrder
from rdvd.worktrees import Removal, WouldLose
from rdvd.worktrees import storage as worktree_storage
from tests.worktrees.gits import Repo, copy_of, make_template

from .house import House, living


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return copy_of(make_template(tmp_path / "template"), tmp_path / "place")


async def test_a_session_begins_in_a_worktree_of_its_own(house: House, repo: Repo):
    order = TreeOrder("fix/login", "main")

    session = await house.new("sleep", "60", directory=str(repo.path), worktree=order)

    path = repo.path.parent / "project-fix-login"
    assert (session.directory, session.branch) == (str(path), "fix/login")
    assert isinstance(session.state, Active)
    tree = await house.shop.worktrees.of_session(session.id)
    assert tree is not None
    assert (tree.stage, tree.path) == ("ready", str(path))
    with pytest.raises(WouldLose):
        await house.shop.worktrees.remove(Removal(house.user, str(path), force=True))
    await house.front.close(session.id)
    assert path.exists()


@pytest.mark.parametrize("fault", ["bad branch", "too many sessions", "given up"])
async def test_what_fails_leaves_neither_a_session_nor_a_worktree_nor_a_branch(
    tmp_path: Path, run: Path, repo: Repo, fault: str
):
    most = 0 if fault == "too many sessions" else 10
    order = TreeOrder("no..good" if fault == "bad branch" else "fix")
    async with living(tmp_path / "home", run, most_sessions=most) as house:
        said: dict[str, object] = {"directory": str(repo.path), "worktree": order}
        if fault == "given up":
            async with trio.open_nursery() as nursery:
                nursery.start_soon(partial(house.new, "sleep", "60", **said))
                with house.shop.worktrees.shop.facts.subscribe() as facts:
                    async for _ in facts:
                        break
                nursery.cancel_scope.cancel()
        else:
            with pytest.raises(Problem):
                await house.new("sleep", "60", **said)

        assert len(repo.listed()) == 1
        assert repo.git("branch", "--list", "fix") == ""
        assert house.front.of(None) == []
        assert await house.shop.store.read(worktree_storage.page_after, "") == []


async def test_closing_with_cleanup_removes_the_worktree_or_refuses_before_anything_ends(
    tmp_path: Path, run: Path, repo: Repo
):
    async with living(tmp_path / "home", run) as house:
        order = TreeOrder("fix")
        session = await house.new("sleep", "60", directory=str(repo.path), worktree=order)
        thought = repo.write("thought", "1\n", at=Path(session.directory))

        with pytest.raises(WouldLose):
            await check_tree(house.shop, session)
        assert isinstance(house.front.get(session.id).state, Active)
        thought.unlink()
        removal = await check_tree(house.shop, session)
        await house.front.close(session.id)
        await house.shop.worktrees.remove(removal)

    assert len(repo.listed()) == 1
