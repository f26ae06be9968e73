"""kill -9 in the middle: all of it is there at the next start, or nothing, and nothing is lost."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rdvd.worktrees import storage

from .dying import killer
from .gits import Repo
from .ruins import commit, contents, kept_of, leave_untracked, missing, modify, reachable, stage
from .test_cut_off import begun_anew, is_as_before
from .yard import living

A_WHILE = 60
# A removal calls git about twenty times; each of these is another step of it.
CALLS = (6, 9, 13, 17, 19)


def die(place: Path, what: str, number: int, *, acts: bool) -> int:
    killer(place, number, acts=acts)
    words = [sys.executable, "-m", "tests.worktrees.dying", str(place), what]
    return subprocess.run(words, timeout=A_WHILE, check=False, capture_output=True).returncode


@pytest.mark.parametrize("acts", [False, True], ids=["before", "after"])
async def test_a_worktree_whose_making_was_killed_is_there_or_not_at_all(
    repo: Repo, tmp_path: Path, acts: bool
):
    place = repo.path.parent
    code = die(place, "add", 2, acts=acts)

    assert code == -signal.SIGKILL
    async with begun_anew(repo, place / "daemon") as yard:
        assert is_as_before(repo, place / "project-fix", "fix")
        assert await yard.shop.store.read(storage.page_after, "") == []


@pytest.mark.parametrize("number", CALLS)
async def test_a_worktree_whose_removal_was_killed_loses_nothing(
    repo: Repo, tmp_path: Path, number: int
):
    place = repo.path.parent
    async with living(repo, place / "daemon") as yard:
        path = await yard.tree("fix")
    for spoil in (modify, stage, leave_untracked, commit):
        spoil(repo, path)
    repo.write("src/main.py", "changed too\n", at=path)
    before, commits = contents(path), set(repo.git("rev-list", "--all", "HEAD", at=path).split())

    code = die(place, "remove", number, acts=number % 2 == 0)

    assert code in (-signal.SIGKILL, 0)
    async with begun_anew(repo, place / "daemon") as yard:
        kept = await kept_of(yard)
        rows = await yard.shop.store.read(storage.page_after, "")
        assert [row.stage for row in rows] in ([], ["ready"])
    if rows:
        assert contents(path) == before
    else:
        whole = {place.name: place for origin, place in kept.items() if origin == path}
        there = {name: content for top in whole.values() for name, content in contents(top).items()}
        lost = missing(before, repo, kept, path)
        assert {name for name, content in lost.items() if there.get(name) != content} == set()
        assert not path.exists()
    assert commits <= reachable(repo)
    assert repo.is_well()


STRIDE = 4  # each run dies at other steps; with 1 it dies at all of them
STEPS = 10  # at least


def test_a_worktree_whose_return_was_killed_is_whole_or_in_the_trash_and_comes_again(
    tmp_path: Path,
):
    first = random.randint(1, STRIDE)
    words = [sys.executable, "-m", "tests.worktrees.coming_back", tmp_path, str(STRIDE), str(first)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"from step {first}:\n{done.stderr}"
    assert int(done.stdout) >= STEPS // STRIDE
