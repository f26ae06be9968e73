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
    assert repo.is_well()


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
