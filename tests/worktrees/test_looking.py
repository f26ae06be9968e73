"""What we see in a repository is what git sees in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rdvd.ground.errors import Problem
from rdvd.worktrees.finding import find_repository
from rdvd.worktrees.reading import reader_of
from rdvd.worktrees.types import Listed

from .gits import Repo
from .yard import Yard

HOSTILE = ["fix/ü", "a'b\"c", "$(touch${IFS}x)", "x;y|z&", "名前", "a" * 200, "q%s", "{}"]


def as_git_tells(repo: Repo) -> list[tuple[str, str | None, str | None, bool, bool, bool]]:
    return [
        (
            each["worktree"],
            None if set(each.get("HEAD", "0")) == {"0"} else each["HEAD"],
            each["branch"].removeprefix("refs/heads/") if "branch" in each else None,
            "bare" in each,
            "locked" in each,
            "prunable" in each or ("locked" in each and not Path(each["worktree"]).exists()),
        )
        for each in repo.listed()
    ]


def as_we_tell(listed: list[Listed]) -> list[tuple[str, str | None, str | None, bool, bool, bool]]:
    return [
        (each.path, each.head, each.branch, each.is_bare, each.lock is not None, each.is_missing)
        for each in listed
    ]


def ours(path: Path) -> list[tuple[str, str | None, str | None, bool, bool, bool]]:
    return as_we_tell(reader_of(find_repository(str(path))).worktrees())


def test_the_list_is_that_of_git_whatever_state_its_lines_are_in(repo: Repo, tmp_path: Path):
    for number, branch in enumerate(HOSTILE):
        repo.git("worktree", "add", "-q", "-b", branch, str(tmp_path / f"tree {number}"))
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "detached"))
    repo.git("worktree", "lock", "--reason", "why\nnot", str(tmp_path / "tree 1"))
    repo.git("worktree", "lock", str(tmp_path / "tree 2"))
    for name in ("tree 2", "tree 3"):
        subprocess.run(["rm", "-r", tmp_path / name], check=True)
    (tmp_path / "x").mkdir()
    repo.git("worktree", "add", "-q", "-b", "same-name", str(tmp_path / "x" / "tree 0"))
    repo.git("pack-refs", "--all")

    assert ours(repo.path) == as_git_tells(repo)
    assert ours(tmp_path / "tree 0") == as_git_tells(repo)
    assert ours(tmp_path / "tree 0" / "src") == as_git_tells(repo)


def test_an_unborn_branch_and_a_detached_head_are_told_as_git_tells_them(repo: Repo):
    repo.git("checkout", "-q", "--orphan", "unborn")
    assert ours(repo.path) == as_git_tells(repo)

    repo.git("checkout", "-q", "--force", "--detach", "main")
    assert ours(repo.path) == as_git_tells(repo)


def test_a_bare_repository_and_its_worktrees_are_found(repo: Repo, tmp_path: Path):
    bare = Repo(tmp_path / "bare.git", repo.home)
    repo.git("clone", "-q", "--bare", ".", str(bare.path))
    bare.git("worktree", "add", "-q", str(tmp_path / "tree"), "old")

    assert ours(bare.path) == as_git_tells(bare)
    assert ours(tmp_path / "tree") == as_git_tells(bare)


def test_a_way_through_a_link_leads_to_the_same_repository(repo: Repo, tmp_path: Path):
    (tmp_path / "link").symlink_to(repo.path)

    found = find_repository(str(tmp_path / "link" / "src"))

    assert found == find_repository(str(repo.path))


@pytest.mark.parametrize("content", [b"", b"gitdir: /nowhere\n", b"nonsense", b"\0\xff"])
def test_a_broken_link_to_a_repository_is_no_repository(tmp_path: Path, content: bytes):
    (tmp_path / ".git").write_bytes(content)

    with pytest.raises(Problem) as caught:
        find_repository(str(tmp_path))

    assert caught.value.code == "NOT_A_REPOSITORY"


def test_what_is_no_repository_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / ".git")
    for path in (str(tmp_path), "relative", "/nowhere/at/all", "/\0", "/x" * 3000, "/\ud800"):
        with pytest.raises(Problem) as caught:
            find_repository(path)
        caught.value.detail.encode()


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
async def test_branches_are_those_of_git_and_as_far_from_their_upstreams(
    tmp_path: Path, repo: Repo, kind: str
):
    origin = Repo(tmp_path / "origin", repo.home)
    origin.path.mkdir()
    origin.git("init", "-q", f"--object-format={kind}")
    for number in range(3):
        origin.commit("file", f"{number}\n")
    clone = Repo(tmp_path / "clone", repo.home)
    origin.git("clone", "-q", ".", str(clone.path))
    clone.git("reset", "-q", "--hard", "HEAD~2")
    clone.commit("own", "1\n")
    for branch in HOSTILE:
        clone.git("branch", "--track", branch, "origin/main")
    clone.git("pack-refs", "--all")
    clone.git("branch", "--no-track", "free")

    found = reader_of(find_repository(str(clone.path))).branches(counts=True)

    form = "--format=%(refname:short)%00%(objectname)%00%(upstream:short)%00%(upstream:track)"
    told = [line.split("\0") for line in clone.git("for-each-ref", form, "refs/heads").split("\n")]
    assert [(each.name, each.head, each.upstream or "") for each in found] == [
        (name, head, upstream) for name, head, upstream, _ in told
    ]
    for branch, (_, _, upstream, track) in zip(found, told, strict=True):
        assert track_of(branch.ahead, branch.behind) == (track if upstream else "none")
    assert (found[-1].ahead, found[-1].behind) == (0, 0) or found[-1].upstream is None


def track_of(ahead: int | None, behind: int | None) -> str:
    if ahead is None or behind is None:
        return "none"
    parts = [f"ahead {ahead}"] * bool(ahead) + [f"behind {behind}"] * bool(behind)
    return f"[{', '.join(parts)}]" if parts else ""


async def test_the_status_is_that_of_git(yard: Yard):
    repo = yard.repo
    repo.write("README", "changed\n")
    (repo.path / "run.sh").chmod(0o644)
    (repo.path / "link").unlink()
    repo.write("new\nline", "1\n")
    repo.write("with space/ü", "1\n")
    repo.write("staged", "1\n")
    repo.git("add", "staged")

    status = await yard.front.status(str(repo.path / "src"))

    lines = [
        each for each in repo.git("status", "--porcelain", "-z", "--no-renames").split("\0") if each
    ]
    assert sum(line.startswith("??") for line in lines) == len(status.untracked)
    assert sum(line[1] not in " ?" for line in lines) == status.modified
    assert sum(line[0] not in " ?" for line in lines) == status.staged
    assert (status.branch, status.head) == ("main", repo.git("rev-parse", "HEAD"))


async def test_a_difference_counts_the_lines_that_git_counts(yard: Yard):
    path = await yard.tree("fix")
    yard.repo.commit("src/more.py", "more = 2\nand = 3\n", at=path)
    yard.repo.commit("main-goes-on", "1\n")
    yard.repo.write("README", "changed\n", at=path)

    diff = await yard.front.diff(str(path), None)

    assert (diff.base, diff.commits) == ("main", 1)
    assert {each.path: (each.added, each.removed) for each in diff.files} == {
        "README": (1, 1),
        "src/more.py": (2, 1),
    }


def test_a_daemon_that_has_looked_at_no_repository_has_not_read_dulwich():
    line = "import sys, rdvd.main; print([name for name in sys.modules if 'dulwich' in name])"

    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
