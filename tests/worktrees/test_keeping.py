"""What goes with a worktree is held elsewhere first, whatever kind of thing it is."""

from pathlib import Path

import pytest

from rdvd.trash import TrashFull
from rdvd.worktrees import storage

from .gits import Repo, vanish
from .ruins import (
    contents,
    detach,
    leave_untracked,
    modify,
    reachable,
)
from .test_removing import kinds, refusal
from .yard import Yard, living


async def test_commits_that_only_the_reflog_knows_are_held_by_a_ref(yard: Yard):
    path = await yard.tree("fix")
    left = yard.repo.commit("work", "done\n", at=path)
    yard.repo.git("reset", "-q", "--hard", "HEAD~1", at=path)

    removed = await yard.remove(path)

    assert removed.recovery is not None
    assert left in reachable(yard.repo)


async def test_a_branch_goes_along_if_asked_for_and_its_commits_stay(yard: Yard):
    path = await yard.tree("fix")
    head = yard.repo.commit("work", "done\n", at=path)

    removed = await yard.remove(path, force=True, delete_branch=True)

    assert removed.branch_deleted
    assert yard.repo.git("branch", "--list", "fix") == ""
    assert head in reachable(yard.repo)


async def test_where_the_branch_has_been_is_held_too_if_it_goes(yard: Yard):
    path = await yard.tree("fix")
    left = yard.repo.commit("work", "done\n")
    yard.repo.git("reset", "-q", "--hard", "HEAD~1")
    yard.repo.git("checkout", "-q", "--detach", at=path)
    yard.repo.git("branch", "-q", "--force", "fix", left)
    yard.repo.git("branch", "-q", "--force", "fix", "main")
    yard.repo.git("checkout", "-q", "fix", at=path)
    yard.repo.git("reflog", "expire", "--expire=all", "HEAD")

    await yard.remove(path, delete_branch=True)

    assert left in reachable(yard.repo)


async def test_what_does_not_fit_into_the_trash_stays_where_it_is(repo: Repo, tmp_path: Path):
    async with living(repo, tmp_path / "daemon", trash_bytes=10) as yard:
        path = await yard.tree("fix")
        modify(repo, path)
        leave_untracked(repo, path)
        before, refs = contents(path), repo.git("for-each-ref")

        with pytest.raises(TrashFull):
            await yard.remove(path, force=True)

        assert (contents(path), repo.git("for-each-ref")) == (before, refs)
        assert await yard.shop.store.read(storage.unsettled) == []


async def test_a_dry_run_tells_all_and_changes_nothing(yard: Yard):
    path = await yard.tree("fix")
    leave_untracked(yard.repo, path)
    refs = yard.repo.git("for-each-ref")

    told = await yard.remove(path, dry_run=True)

    assert not told.is_done
    assert [(each.kind, each.items) for each in told.losses] == [
        ("untracked", ("notes/today\nand tomorrow",))
    ]
    assert path.exists()
    assert refs == yard.repo.git("for-each-ref")


async def test_a_worktree_whose_directory_is_gone_is_forgotten_and_its_commits_are_held(
    yard: Yard,
):
    path = await yard.tree("fix")
    detach(yard.repo, path)
    head = yard.repo.git("rev-parse", "HEAD", at=path)
    vanish(path)

    removed = await yard.remove(path)

    assert removed.recovery is not None
    assert head in reachable(yard.repo)
    assert len(yard.repo.listed()) == 1


async def test_submodules_go_to_the_trash_with_their_own_history(yard: Yard, tmp_path: Path):
    yard.repo.git("clone", "-q", ".", str(tmp_path / "module"))
    path = await yard.tree("fix")
    yard.repo.git("submodule", "--quiet", "add", str(tmp_path / "module"), "module", at=path)
    yard.repo.git("commit", "-q", "-m", "module", at=path)
    own = yard.repo.commit("own", "1\n", at=path / "module")

    problem = await refusal(yard, path)
    await yard.remove(path, force=True)

    assert "submodule" in kinds(problem)
    (entry,) = await yard.entries()
    kept = {origin.name: kept for origin, kept in yard.kept(entry).items()}
    assert set(kept) == {"module", "modules"}
    objects = kept["modules"] / "module" / "objects"
    assert (objects / own[:2] / own[2:]).is_file()
