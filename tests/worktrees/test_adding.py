"""Worktrees are made as one act, and agree with git."""

from pathlib import Path

import pytest

from rdvd.ground.errors import Problem
from rdvd.worktrees import storage

from .yard import Yard


async def test_a_new_branch_begins_in_a_worktree_of_its_own_beside_the_repository(yard: Yard):
    made = await yard.add("feature/a")

    path = yard.repo.path.parent / "project-feature-a"
    assert str(path) == made.worktree.path
    assert made.created_branch
    assert yard.repo.listed()[1]["branch"] == "refs/heads/feature/a"
    assert yard.repo.git("status", "--porcelain", at=path) == ""
    assert yard.repo.is_well()


async def test_branches_whose_names_look_alike_get_places_of_their_own(yard: Yard):
    paths = [await yard.tree("feature/a"), await yard.tree("feature-a")]

    assert ["project-feature-a", "project-feature-a-2"] == [path.name for path in paths]
    branches = {each["worktree"]: each["branch"] for each in yard.repo.listed()[1:]}
    assert branches[str(paths[0])] == "refs/heads/feature/a"
    assert branches[str(paths[1])] == "refs/heads/feature-a"


async def test_an_older_branch_has_its_own_files_and_no_newer_ones(yard: Yard):
    made = await yard.add("old")

    assert not made.created_branch
    assert not (Path(made.worktree.path) / "src/more.py").exists()
    assert yard.repo.git("status", "--porcelain", at=Path(made.worktree.path)) == ""


async def test_a_branch_that_is_checked_out_is_refused_with_where(yard: Yard):
    path = await yard.tree("fix")

    with pytest.raises(Problem) as caught:
        await yard.add("fix")

    assert caught.value.code == "BRANCH_IN_USE"
    assert caught.value.facts["worktree"] == str(path)
    with pytest.raises(Problem, match="checked out"):
        await yard.add("main")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"branch": "no..good"}, "BAD_BRANCH"),
        ({"branch": "old", "must_create": True}, "BRANCH_EXISTS"),
        ({"branch": "new", "base": "nowhere"}, "NO_SUCH_BASE"),
        ({"branch": "new", "base": "--help"}, "NO_SUCH_BASE"),
        ({"branch": "new", "path": "relative"}, "NOT_A_REPOSITORY"),
        ({"branch": "new", "path": "/proc/nothing/here"}, "NOT_A_REPOSITORY"),
        ({"branch": "old/below"}, "GIT_FAILED"),  # a file is where a directory would be
    ],
)
async def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    yard: Yard, said: dict[str, object], code: str
):
    before = (
        yard.repo.git("for-each-ref"),
        yard.repo.listed(),
        sorted(yard.repo.path.parent.iterdir()),
    )

    with pytest.raises(Problem) as caught:
        await yard.add(**{"branch": "x"} | said)  # pyright: ignore[reportArgumentType]

    assert caught.value.code == code
    assert before == (
        yard.repo.git("for-each-ref"), yard.repo.listed(), sorted(yard.repo.path.parent.iterdir()),
    )  # fmt: skip
    assert await yard.shop.store.read(storage.unsettled) == []
    assert await yard.shop.store.read(storage.page_after, "") == []


async def test_environment_files_come_along_and_links_lead_nowhere(yard: Yard, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("of somebody else")
    yard.repo.write(".env", "KEY=1\n").chmod(0o600)
    (yard.repo.path / ".env.local").symlink_to(secret)

    made = await yard.add("fix")

    path = Path(made.worktree.path)
    assert made.copied == (".env",)
    assert (path / ".env").read_text() == "KEY=1\n"
    assert (path / ".env").stat().st_mode & 0o777 == 0o600
    assert not (path / ".env.local").exists()
    assert any(".env.local" in note for note in made.notes)


async def test_a_worktree_of_a_worktree_belongs_to_the_same_repository(yard: Yard):
    first = await yard.tree("one")
    yard.repo.commit("only-here", "1\n", at=first)

    second = await yard.tree("two", repository=str(first / "src"))

    assert (second / "only-here").exists()
    assert second.name == "project-two"
    assert len(yard.repo.listed()) == 3


async def test_of_ours_and_the_remotes_base_the_one_that_has_more_is_taken(
    yard: Yard, tmp_path: Path
):
    yard.repo.git("clone", "-q", "--bare", ".", str(tmp_path / "remote"))
    yard.repo.git("remote", "add", "origin", str(tmp_path / "remote"))
    yard.repo.git("fetch", "-q", "origin")
    yard.repo.git("branch", "-q", "stale", "HEAD~1")
    yard.repo.git("push", "-q", "origin", "main:stale")
    ahead = yard.repo.commit("ahead", "1\n")

    ours = await yard.tree("a", base="main")
    theirs = await yard.tree("b", base="stale")

    assert yard.repo.git("rev-parse", "HEAD", at=ours) == ahead
    assert yard.repo.git("rev-parse", "HEAD", at=theirs) == yard.repo.git("rev-parse", "HEAD~1")


async def test_a_branch_of_the_remote_is_followed_and_being_offline_is_said(
    yard: Yard, tmp_path: Path
):
    remote = tmp_path / "remote"
    yard.repo.git("clone", "-q", "--bare", ".", str(remote))
    yard.repo.git("remote", "add", "origin", str(remote))
    yard.repo.git("push", "-q", "origin", "main:theirs")

    made = await yard.add("theirs")
    remote.rename(tmp_path / "away")
    offline = await yard.add("mine")

    at = Path(made.worktree.path)
    assert yard.repo.git("rev-parse", "--abbrev-ref", "theirs@{u}", at=at) == "origin/theirs"
    assert "nothing was fetched" in offline.notes[0]
    assert "\n" not in offline.notes[0]
