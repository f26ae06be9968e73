"""An act that is cut off, wherever it is, leaves nothing half done."""

import os
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from attrs import evolve

from rdvd.ground.errors import Problem
from rdvd.identity import SessionId
from rdvd.worktrees import NewTree, Worktree, storage
from rdvd.worktrees.types import Stepped

from .gits import Repo
from .ruins import contents, kept_of, leave_untracked, modify, reachable, stage
from .yard import USER, Yard, living


@asynccontextmanager
async def begun_anew(repo: Repo, home: Path) -> AsyncGenerator[Yard]:
    """The next life of the daemon, once it has put right what it found."""
    async with living(repo, home) as yard, trio.open_nursery() as nursery:
        stopping = trio.Event()
        await nursery.start(partial(yard.front.settle, stopping=stopping))
        stopping.set()
        yield yard


async def note(yard: Yard, tree: Worktree) -> None:
    await yard.shop.store.write(storage.put, tree)


def row(repo: Repo, path: Path, branch: str) -> Worktree:
    base = repo.git("rev-parse", "HEAD")
    common = str(repo.path / ".git")
    return Worktree("1", USER, common, str(path), branch, "adding", 1, None, base, True)


def is_as_before(repo: Repo, path: Path, branch: str) -> bool:
    is_gone = not os.path.lexists(path) and repo.git("branch", "--list", branch) == ""
    return is_gone and len(repo.listed()) == 1 and repo.is_well()


@pytest.mark.parametrize("step", ["row", "directory", "checkout", "half a checkout", "copies"])
async def test_a_worktree_that_was_being_made_is_gone_at_the_next_start(
    repo: Repo, tmp_path: Path, step: str
):
    path = repo.path.parent / "project-fix"
    async with living(repo, tmp_path / "daemon") as yard:
        await note(yard, row(repo, path, "fix"))
        if step == "directory":
            path.mkdir()
        elif step != "row":
            repo.git("worktree", "add", "-q", "-b", "fix", str(path))
        if step == "half a checkout":
            (path / "README").unlink()
            admin = repo.path / ".git/worktrees/project-fix"
            (admin / "index").rename(admin / "index.lock")
            (admin / "locked").write_text("initializing")
        if step == "copies":
            repo.write(".env", "KEY=1\n", at=path)

    async with begun_anew(repo, tmp_path / "daemon") as yard:
        assert is_as_before(repo, path, "fix")
        assert await yard.shop.store.read(storage.page_after, "") == []
        kept = await kept_of(yard)

    assert all((place / ".git").is_file() for place in kept.values())


async def test_what_others_have_put_into_the_place_stays(repo: Repo, tmp_path: Path):
    path = repo.path.parent / "project-fix"
    async with living(repo, tmp_path / "daemon") as yard:
        await note(yard, row(repo, path, "fix"))
    repo.write("thesis", "years of work\n", at=path)

    async with begun_anew(repo, tmp_path / "daemon") as yard:
        assert await yard.shop.store.read(storage.page_after, "") == []

    assert (path / "thesis").read_text() == "years of work\n"


async def test_a_program_of_an_act_that_goes_on_is_ended_first(repo: Repo, tmp_path: Path):
    path = repo.path.parent / "project-fix"
    async with living(repo, tmp_path / "daemon") as yard:
        await note(yard, row(repo, path, "fix"))
    with straggler() as late:
        async with begun_anew(repo, tmp_path / "daemon"):
            pass

    assert late.returncode == -15


def straggler() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"], env={"PATH": os.environ["PATH"], "RDV_ACT": "1"})


@pytest.mark.parametrize("when", ["removing", "deleting"])
async def test_a_removal_that_was_cut_off_is_undone_or_ended_and_loses_nothing(
    repo: Repo, tmp_path: Path, when: str
):
    async with living(repo, tmp_path / "daemon") as yard:
        path = await yard.tree("fix")
        modify(repo, path)
        head = repo.commit("more", "1\n", at=path)
        modify(repo, path)
        before = contents(path)
        (tree,) = await yard.shop.store.read(storage.page_after, "")
        await note(yard, evolve(tree, stage=when))
        if when == "deleting":
            (path / "src/main.py").unlink()

    async with begun_anew(repo, tmp_path / "daemon") as yard:
        if when == "removing":
            assert before == contents(path)
        else:
            (kept,) = (await kept_of(yard)).values()
            assert contents(kept)["README"] == b"changed\n"
            assert not path.exists()
            assert len(repo.listed()) == 1
        assert await yard.shop.store.read(storage.unsettled) == []

    assert head in reachable(repo)


@pytest.mark.parametrize("step", ["row", "directory", "half a checkout", "files", "work"])
async def test_a_return_that_was_cut_off_is_undone_and_takes_nothing_of_anybody_with_it(
    repo: Repo, tmp_path: Path, step: str
):
    async with living(repo, tmp_path / "daemon") as yard:
        path = await yard.tree("fix")
        for spoil in (modify, stage, leave_untracked):
            spoil(repo, path)
        before = contents(path)
        await yard.remove(path, force=True)
        (entry,) = await yard.entries()
        tree = evolve(row(repo, path, "fix"), stage="restoring", entry=entry.id)
        await note(yard, tree)
    if step == "directory":
        path.mkdir()
    elif step != "row":
        repo.git("worktree", "add", "-q", str(path), "fix")
    if step == "half a checkout":
        (path / "README").unlink()
        admin = repo.path / ".git/worktrees/project-fix"
        (admin / "index").rename(admin / "index.lock")
        (admin / "locked").write_text("initializing")
    if step == "files":
        repo.git("read-tree", "--reset", "-u", entry.detail["files"], at=path)
    if step == "work":
        repo.write("README", "somebody was quick\n", at=path)

    async with begun_anew(repo, tmp_path / "daemon") as yard:
        kept = await yard.entries()
        assert not path.exists()
        assert await yard.shop.store.read(storage.page_after, "") == []
        await yard.trash.restore(entry)

    assert [each.kind for each in kept] == ["file", "worktree"][step != "work" :]
    assert contents(path) == before
    assert repo.is_well()


@pytest.mark.parametrize("fate", ["begun", "never", "never, and used"])
async def test_a_worktree_for_a_session_shares_its_fate_unless_it_was_used(
    repo: Repo, tmp_path: Path, fate: str
):
    session = SessionId("s1")
    async with living(repo, tmp_path / "daemon") as yard:
        path = await yard.tree("fix", session=session)
        if fate == "never, and used":
            repo.write("work", "1\n", at=path)
        if fate == "begun":
            yard.lodging.sessions.add(session)
        await yard.front.keep_promise(session, str(repo.path))

        assert path.exists() == (fate != "never")
        assert fate != "never" or is_as_before(repo, path, "fix")
        assert await yard.shop.store.read(storage.unsettled) == []


async def test_who_gives_up_in_the_middle_leaves_nothing(repo: Repo, tmp_path: Path):
    """Cancelled at every point that the act comes by: then it is all there, or nothing is."""
    for turns in range(0, 400, 40):
        async with living(repo, tmp_path / "daemon") as yard:
            order = NewTree(USER, str(repo.path), "fix")
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_attempt, yard, order)
                for _ in range(turns):
                    await trio.lowlevel.checkpoint()
                nursery.cancel_scope.cancel()
        async with begun_anew(repo, tmp_path / "daemon") as yard:
            rows = await yard.shop.store.read(storage.page_after, "")
            path = repo.path.parent / "project-fix"
            if rows:
                assert repo.git("status", "--porcelain", at=path) == ""
                await yard.remove(path, delete_branch=True)
            assert is_as_before(repo, path, "fix")


async def test_who_leaves_during_a_setup_has_it_ended_and_all_of_it_undone(yard: Yard):
    repo, setup = yard.repo, '[ "$RDV_BRANCH" = next ] || sleep 600'
    repo.commit(".rdv/worktree.toml", f"setup = ['{setup}']\n")
    hooks = await yard.front.hooks(str(repo.path), USER)
    await yard.front.trust(str(repo.path), USER, hooks.fingerprint)

    with yard.shop.facts.subscribe() as facts:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_attempt, yard, NewTree(USER, str(repo.path), "fix"))
            async for fact in facts:
                if isinstance(fact, Stepped) and (fact.step, fact.state) == ("setup", "begun"):
                    nursery.cancel_scope.cancel()
    await yard.remove(await yard.tree("next"), delete_branch=True)  # its turn is after the first's

    assert is_as_before(repo, repo.path.parent / "project-fix", "fix")


async def _attempt(yard: Yard, order: NewTree) -> None:
    await yard.front.add(order)


async def test_a_setup_that_fails_undoes_the_worktree_and_its_words_are_kept(yard: Yard):
    yard.repo.commit(".rdv/worktree.toml", 'setup = ["echo before", "echo oh no; exit 3"]\n')
    hooks = await yard.front.hooks(str(yard.repo.path), USER)
    await yard.front.trust(str(yard.repo.path), USER, hooks.fingerprint)

    with pytest.raises(Problem) as caught:
        await yard.add("fix")

    assert caught.value.code == "HOOK_FAILED"
    assert "oh no" in str(caught.value.facts["output"])
    assert is_as_before(yard.repo, yard.repo.path.parent / "project-fix", "fix")
    assert len(list((yard.home / "logs").rglob("setup.log"))) == 1


async def test_what_somebody_did_during_a_setup_that_fails_is_kept(yard: Yard):
    words = "echo precious > notes; git commit -q --allow-empty -m work; git checkout -q main~0"
    yard.repo.commit(".rdv/worktree.toml", f'setup = ["{words}; exit 3"]\n')
    hooks = await yard.front.hooks(str(yard.repo.path), USER)
    await yard.front.trust(str(yard.repo.path), USER, hooks.fingerprint)

    with pytest.raises(Problem):
        await yard.add("fix")

    path = yard.repo.path.parent / "project-fix"
    assert not path.exists()
    assert len(yard.repo.listed()) == 1
    assert "work" in yard.repo.git("log", "--all", "--format=%s")
    assert [(each / "notes").read_text() for each in (await kept_of(yard)).values()] == [
        "precious\n"
    ]


async def test_trust_is_for_what_was_seen_and_for_nothing_else(yard: Yard, tmp_path: Path):
    repo, mark = yard.repo, tmp_path / "mark"
    repo.write("make.sh", f"touch {mark}\n")
    repo.git("add", "make.sh")
    repo.commit(".rdv/worktree.toml", 'setup = ["sh make.sh"]\n')
    hooks = await yard.front.hooks(str(repo.path), USER)
    with pytest.raises(Problem):
        await yard.front.trust(str(repo.path), USER, "something else")
    await yard.front.trust(str(repo.path), USER, hooks.fingerprint)
    repo.commit("make.sh", f"echo evil > {mark}\n")

    made = await yard.add("fix")

    assert "nobody has trusted it" in made.notes[0]
    assert not mark.exists()


async def test_a_teardown_that_fails_keeps_the_worktree_unless_forced(yard: Yard):
    yard.repo.commit(".rdv/worktree.toml", 'teardown = ["exit 1"]\n')
    hooks = await yard.front.hooks(str(yard.repo.path), USER)
    await yard.front.trust(str(yard.repo.path), USER, hooks.fingerprint)
    path = await yard.tree("fix")

    with pytest.raises(Problem) as caught:
        await yard.remove(path)
    assert path.exists()
    removed = await yard.remove(path, force=True)

    assert caught.value.code == "HOOK_FAILED"
    assert "ended with 1" in removed.notes[0]
