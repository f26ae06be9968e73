"""What nobody needs is found, and nothing that anybody might."""

from pathlib import Path

from rdvd.identity import SessionId
from rdvd.worktrees import Repositories

from .gits import Repo, vanish
from .yard import USER, Yard, living


async def test_merged_missing_and_orphaned_trees_are_found_and_only_then_removed(yard: Yard):
    repo = yard.repo
    merged, fresh, open_, missing, dirty = [
        await yard.tree(each) for each in ("merged", "fresh", "open", "missing", "dirty")
    ]
    orphan = await yard.tree("orphan", session=SessionId("gone"))
    for path in (merged, open_, dirty):
        repo.commit(path.name, "1\n", at=path)
    for branch in ("merged", "dirty"):
        repo.git("merge", "-q", "--no-edit", branch)
    repo.write("thought", "1\n", at=dirty)
    vanish(missing)

    found, nothing = await yard.front.clean_up(str(repo.path), USER, dry_run=True)
    seen = {Path(each.path).name: (each.why, each.is_removable) for each in found}
    before = len(repo.listed())
    _, removed = await yard.front.clean_up(str(repo.path), USER, dry_run=False)

    assert nothing == []
    assert before == 7
    assert seen == {
        merged.name: ("merged", True),
        missing.name: ("missing", True),
        dirty.name: ("merged", False),
        orphan.name: ("orphan", True),
    }
    assert {each.path for each in removed} == {str(merged), str(missing), str(orphan)}
    assert {Path(each["worktree"]) for each in repo.listed()} == {repo.path, fresh, open_, dirty}
    assert repo.git("branch", "--list", "merged") == ""
    assert "missing" in repo.git("branch")
    (forgotten,) = (each for each in removed if each.path == str(missing))
    assert forgotten.ways_back == (f"git worktree add {missing} missing",)
    assert repo.is_well()


async def test_what_was_squashed_or_rebased_into_the_base_is_proposed_and_never_taken(yard: Yard):
    repo = yard.repo
    names = ("squashed", "rebased", "half", "alike", "empty")
    squashed, rebased, half, alike, empty = [await yard.tree(each) for each in names]
    for path in (squashed, rebased, half):
        repo.commit(path.name, "1\n", at=path)
        repo.commit(path.name, "1\n2\n", at=path)
    repo.commit("alike", "theirs\n", at=alike)
    repo.git("commit", "-q", "--allow-empty", "-m", "nothing", at=empty)
    repo.commit("README", "others go on\n")
    repo.git("merge", "-q", "--squash", "squashed")
    repo.git("commit", "-q", "-m", "all of squashed")
    repo.git("cherry-pick", "rebased~1", "rebased")
    repo.git("cherry-pick", "half~1")
    repo.commit("alike", "ours\n")
    repo.commit("more", "1\n")

    before = repo.git("count-objects", "-v")
    found, _ = await yard.front.clean_up(str(repo.path), USER, dry_run=True)
    once = repo.git("count-objects", "-v")
    _, removed = await yard.front.clean_up(str(repo.path), USER, dry_run=False)

    assert {Path(each.path).name: (each.why, each.is_removable) for each in found} == {
        squashed.name: ("applied", False),
        rebased.name: ("applied", False),
    }
    assert [loss.kind for each in found for loss in each.losses] == ["unmerged", "unmerged"]
    assert removed == []
    assert squashed.exists()
    assert before != once == repo.git("count-objects", "-v")
    assert repo.is_well()


async def test_a_merge_that_holds_more_than_patches_and_an_unrelated_history_are_left_alone(
    yard: Yard,
):
    repo = yard.repo
    path, lonely = await yard.tree("fix"), await yard.tree("lonely")
    repo.git("branch", "side")
    repo.commit("a", "1\n", at=path)
    repo.git("checkout", "-q", "side")
    repo.commit("b", "1\n")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-commit", "side", at=path)
    repo.commit("only in the merge", "1\n", at=path)
    repo.commit("README", "others go on\n")
    repo.git("cherry-pick", "fix~1", "side")
    repo.git("checkout", "-q", "--orphan", "another", at=lonely)
    repo.git("commit", "-q", "-m", "another beginning", at=lonely)

    found, _ = await yard.front.clean_up(str(repo.path), USER, dry_run=True)

    assert repo.git("cherry", "main", "fix").count("-") == 2
    assert found == []


async def test_a_repository_in_which_nothing_is_done_loses_its_actor_and_gets_another(
    repo: Repo, tmp_path: Path
):
    async with living(repo, tmp_path / "daemon", idle_seconds=0.2) as yard:
        await yard.tree("fix")
        (child,) = yard.nest.snapshot().children
        resting = await yard.front.registry.call(Repositories.find, repo.path / ".git")
        await resting.wait_stopped()
        await yard.tree("another")

    assert child.name.startswith("project ")
    assert len(repo.listed()) == 3
