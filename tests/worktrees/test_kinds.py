"""Repositories of every kind: bare, sha256, behind a link, with a hostile name, a submodule."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rdvd.worktrees import Removal

from .gits import Repo
from .ruins import contents
from .yard import USER, Yard, living


def of_sha256(repo: Repo, place: Path) -> Repo:
    made = Repo(place / "new", repo.home)
    made.path.mkdir()
    made.git("init", "-q", "--object-format=sha256")
    made.write("gone", "1\n")
    made.commit("README", "hello\n")
    made.git("add", ".")
    made.git("commit", "-q", "-m", "more")
    return made


def bare(repo: Repo, place: Path) -> Repo:
    made = Repo(place / "bare.git", repo.home)
    repo.git("clone", "-q", "--bare", ".", str(made.path))
    made.git("remote", "remove", "origin")
    return made


def linked(repo: Repo, place: Path) -> Repo:
    (place / "link").symlink_to(repo.path.parent)
    return Repo(place / "link" / repo.path.name, repo.home)


def hostile(repo: Repo, place: Path) -> Repo:
    path = place / "-rf $(touch x) 'ü\n;#:"
    repo.path.rename(path)
    return Repo(path, repo.home)


def submodule(repo: Repo, place: Path) -> Repo:
    above = Repo(place / "above", repo.home)
    above.path.mkdir()
    above.git("init", "-q")
    above.git("submodule", "--quiet", "add", str(repo.path), "module")
    return Repo(above.path / "module", repo.home)


@pytest.mark.parametrize("kind", [of_sha256, bare, linked, hostile, submodule])
async def test_a_worktree_is_made_removed_and_brought_back(
    repo: Repo, tmp_path: Path, kind: Callable[[Repo, Path], Repo]
):
    chosen = kind(repo, tmp_path)
    async with living(chosen, tmp_path / "daemon") as yard:
        path = await yard.tree("fix")
        clean = chosen.git("status", "--porcelain", at=path)
        before = spoil(chosen, path)
        await yard.remove(path, force=True)
        gone = path.exists()
        (entry,) = await yard.entries()
        await yard.trash.restore(entry)

        assert clean == ""
        assert not gone
        assert (contents(path), chosen.git("status", "--porcelain=v2", at=path)) == before
        assert chosen.is_well()


def spoil(repo: Repo, path: Path) -> tuple[dict[str, bytes], str]:
    repo.write("README", "changed\n", at=path)
    repo.write("staged", "1\n", at=path)
    repo.git("add", "staged", at=path)
    repo.write("thought", "1\n", at=path)
    for name in ("gone", "src/main.py"):
        (path / name).unlink(missing_ok=True)
    return contents(path), repo.git("status", "--porcelain=v2", at=path)


async def test_a_tree_is_removed_by_a_way_through_a_link_and_nothing_behind_one_is(
    yard: Yard, tmp_path: Path
):
    path = await yard.tree("fix")
    outside = tmp_path / "outside"
    yard.repo.write("precious", "1\n", at=outside)
    (path / "way out").symlink_to(outside)
    (tmp_path / "way in").symlink_to(path)

    removed = await yard.front.remove(Removal(USER, str(tmp_path / "way in"), force=True))

    assert removed.path == str(path)
    assert not path.exists()
    assert (outside / "precious").read_text() == "1\n"
