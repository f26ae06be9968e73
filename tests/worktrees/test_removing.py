"""Worktrees are removed only after accounting for everything, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import trio

from rdvd.worktrees import WouldLose
from rdvd.worktrees.types import Loss, Obstacle

from .gits import Repo, shell, somebody
from .ruins import (
    change_a_mode,
    commit,
    conflict,
    contents,
    detach,
    fill_the_place_of_a_submodule,
    hide,
    hide_a_link,
    hide_behind_a_case,
    hide_behind_a_clock,
    kept_of,
    lead_a_directory_elsewhere,
    leave_ignored,
    leave_untracked,
    missing,
    modify,
    nest,
    nest_in_what_git_has,
    nest_what_is_broken,
    put_a_file_in_the_place_of_a_submodule,
    reachable,
    reachable_from_here,
    stage,
)
from .yard import Yard


def kinds(problem: WouldLose) -> set[str]:
    losses = cast(list[Loss], problem.facts["losses"])
    obstacles = cast(list[Obstacle], problem.facts["obstacles"])
    return {each.kind for each in (*losses, *obstacles)}


async def refusal(yard: Yard, path: Path, **said: object) -> WouldLose:
    with pytest.raises(WouldLose) as caught:
        await yard.remove(path, **said)
    return caught.value


async def test_a_clean_worktree_goes_and_its_branch_stays(yard: Yard):
    path = await yard.tree("fix")

    removed = await yard.remove(path)

    assert removed.is_done
    assert removed.recovery is None
    assert not path.exists()
    assert len(yard.repo.listed()) == 1
    assert "fix" in yard.repo.git("branch")
    assert yard.repo.is_well()


WAYS: list[tuple[Callable[[Repo, Path], None], str]] = [
    (modify, "modified"),
    (stage, "staged"),
    (change_a_mode, "modified"),
    (leave_untracked, "untracked"),
    (leave_ignored, "ignored"),
    (commit, "unmerged"),
    (detach, "detached"),
    (hide, "hidden"),
    (conflict, "operation"),
    (nest, "nested_repository"),
    (nest_in_what_git_has, "nested_repository"),
    (nest_what_is_broken, "nested_repository"),
    (fill_the_place_of_a_submodule, "submodule"),
    (put_a_file_in_the_place_of_a_submodule, "submodule"),
    (hide_a_link, "hidden"),
    (hide_behind_a_case, "untracked"),
    (hide_behind_a_clock, "modified"),
    (lead_a_directory_elsewhere, "modified"),
]


@pytest.mark.parametrize(("spoil", "kind"), WAYS, ids=lambda each: getattr(each, "__name__", each))
async def test_what_would_be_lost_is_refused_and_kept_if_forced(
    yard: Yard, spoil: Callable[[Repo, Path], None], kind: str
):
    repo, path = yard.repo, await yard.tree("fix")
    spoil(repo, path)
    before = contents(path)
    commits = reachable_from_here(repo, path)

    problem = await refusal(yard, path)

    assert kind in kinds(problem)
    assert before == contents(path)

    await yard.remove(path, force=True)

    assert not path.exists()
    assert missing(before, repo, await kept_of(yard), path) == {}
    assert commits <= reachable(repo)
    assert repo.is_well()
    assert len(repo.listed()) == 1


async def test_what_can_be_made_anew_is_no_reason_to_refuse_and_kept_all_the_same(yard: Yard):
    path = await yard.tree("fix")
    yard.repo.write("node_modules/left-pad/index.js", "pad\n", at=path)

    removed = await yard.remove(path)

    assert removed.losses == ()
    (entry,) = await yard.entries()
    ((origin, kept),) = yard.kept(entry).items()
    assert removed.trash == (entry.id,)
    assert origin == path / "node_modules"
    assert (kept / "left-pad/index.js").read_text() == "pad\n"


async def test_a_copy_that_nobody_changed_is_no_loss_and_kept_all_the_same(yard: Yard):
    yard.repo.write(".env", "KEY=1\n")
    path = await yard.tree("fix")
    copy = path / ".env"

    copy.write_text("KEY=2\n")
    assert {"ignored"} == kinds(await refusal(yard, path))
    copy.write_text("KEY=1\n")
    removed = await yard.remove(path)

    assert removed.losses == ()
    (entry,) = await yard.entries()
    assert {origin: kept.read_text() for origin, kept in yard.kept(entry).items()} == {
        copy: "KEY=1\n"
    }


async def test_a_link_in_place_of_a_copy_is_a_loss(yard: Yard):
    yard.repo.write(".env", "KEY=1\n")
    path = await yard.tree("fix")
    (path / ".env").unlink()
    (path / ".env").symlink_to(yard.repo.path / ".env")

    assert {"ignored"} == kinds(await refusal(yard, path))


async def test_the_trash_brings_all_of_it_back(yard: Yard):
    path = await yard.tree("fix")
    for spoil in (modify, stage, leave_untracked, leave_ignored, commit):
        spoil(yard.repo, path)
    (path / "README").chmod(0o755)
    (path / "src/main.py").unlink()
    before = contents(path), yard.repo.git("status", "--porcelain=v2", "--branch", at=path)

    await yard.remove(path, force=True)
    (entry,) = await yard.entries()
    await yard.trash.restore(entry)

    after = contents(path), yard.repo.git("status", "--porcelain=v2", "--branch", at=path)
    assert before == after
    assert yard.repo.is_well()
    assert await yard.entries() == []
    assert "foreign" not in kinds(await refusal(yard, path))


async def test_git_alone_brings_back_what_was_changed(yard: Yard):
    path = await yard.tree("fix")
    modify(yard.repo, path)
    before = contents(path)

    removed = await yard.remove(path, force=True)

    for way in removed.ways_back:
        if way.startswith("git"):
            shell(yard.repo, way)
    assert before == contents(path)


async def test_a_process_in_it_is_in_the_way_even_if_forced(yard: Yard):
    path = await yard.tree("fix")
    with somebody(path) as pid:
        problem = await refusal(yard, path, force=True)

    assert kinds(problem) == {"process"}
    assert f"{pid} sleep 60: works there" in str(problem.facts)
    assert (await yard.remove(path)).is_done


async def test_an_open_file_is_in_the_way(yard: Yard, tmp_path: Path):
    path = await yard.tree("fix")
    with somebody(tmp_path, path / "README"):
        problem = await refusal(yard, path)

    assert "has README open" in str(problem.facts)


async def test_a_session_a_lock_and_a_nested_worktree_are_in_the_way_even_if_forced(yard: Yard):
    path = await yard.tree("fix")
    yard.lodging.rooms[path] = ["builder"]
    yard.repo.git("worktree", "lock", "--reason", "on a stick", str(path))
    yard.repo.git("worktree", "add", "-q", str(path / "inner"), "-b", "inner")

    problem = await refusal(yard, path, force=True)

    assert kinds(problem) >= {"session", "locked", "nested_worktree"}
    assert "on a stick" in problem.detail


async def test_the_main_worktree_never_goes(yard: Yard):
    assert "main" in kinds(await refusal(yard, yard.repo.path, force=True))
    assert (yard.repo.path / ".git").is_dir()


async def test_one_that_others_have_made_goes_only_by_force(yard: Yard, tmp_path: Path):
    path = tmp_path / "by hand"
    yard.repo.git("worktree", "add", "-q", str(path), "old")

    problem = await refusal(yard, path)
    removed = await yard.remove(path, force=True)

    assert kinds(problem) == {"foreign"}
    assert removed.is_done
    assert not path.exists()


async def test_a_directory_in_a_worktree_is_none(yard: Yard):
    with pytest.raises(Exception, match="is no worktree"):
        await yard.remove(yard.repo.path / "src", force=True)
    assert (yard.repo.path / "src/main.py").exists()


async def test_pushed_commits_are_no_loss_and_unpushed_ones_are(yard: Yard, tmp_path: Path):
    repo = yard.repo
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "remote"))
    repo.git("remote", "add", "origin", str(tmp_path / "remote"))
    path = await yard.tree("fix")
    commit(repo, path)

    problem = await refusal(yard, path)
    repo.git("push", "-q", "origin", "fix")

    assert kinds(problem) == {"unpushed"}
    assert problem.code == "HAS_UNPUSHED_COMMITS"
    assert (await yard.remove(path)).is_done


async def test_our_own_questions_are_not_in_the_way(yard: Yard):
    path = await yard.tree("fix")

    async def ask() -> None:
        while True:
            await yard.front.status(str(path))

    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(ask)
        for _ in range(5):
            told = await yard.remove(path, dry_run=True)
            assert told.obstacles == ()
        nursery.cancel_scope.cancel()
