"""What a repository brings along is data: nothing in it is run, followed or obeyed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.errors import Problem
from rdvd.worktrees import hardening

from .gits import Repo
from .yard import USER, Yard


def set_in_config(repo: Repo, key: str, value: str) -> None:
    repo.git("config", key, value)


def by_setting(key: str, attributes: str = "") -> Callable[[Repo, str], None]:
    def plant(repo: Repo, command: str) -> None:
        set_in_config(repo, key, command)
        if attributes:
            (repo.path / ".git/info/attributes").write_text(attributes)

    return plant


def by_hooks(repo: Repo, command: str) -> None:
    for name in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"):
        hook = repo.path / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\n{command}\n")
        hook.chmod(0o755)


def by_hooks_elsewhere(repo: Repo, command: str) -> None:
    by_hooks(repo, command)
    (repo.path / ".git/hooks").rename(repo.path / "mine")
    set_in_config(repo, "core.hooksPath", str(repo.path / "mine"))


def by_inclusion(repo: Repo, command: str) -> None:
    (repo.path / ".git/more").write_text(
        f'[filter "evil"]\n\tclean = {command}\n\tsmudge = {command}\n'
    )
    set_in_config(repo, "include.path", "more")
    (repo.path / ".git/info/attributes").write_text("* filter=evil\n")


def by_length(repo: Repo, command: str) -> None:
    """Nobody reads all of such a configuration, but git does."""
    config = repo.path / ".git/config"
    config.write_text(f"{config.read_text()}#{'x' * 1_100_000}\n")
    by_setting("filter.evil.clean", FILTERED)(repo, command)


FILTERED = "* filter=evil diff=evil merge=evil\n"
WAYS: dict[str, Callable[[Repo, str], None]] = {
    "fsmonitor": by_setting("core.fsmonitor"),
    "clean": by_setting("filter.evil.clean", FILTERED),
    "smudge": by_setting("filter.evil.smudge", FILTERED),
    "process": by_setting("filter.evil.process", FILTERED),
    "textconv": by_setting("diff.evil.textconv", FILTERED),
    "diff driver": by_setting("diff.evil.command", FILTERED),
    "external diff": by_setting("diff.external"),
    "hooks": by_hooks,
    "hooks elsewhere": by_hooks_elsewhere,
    "included filter": by_inclusion,
    "long configuration": by_length,
    "pager": by_setting("core.pager"),
    "alternates": by_setting("core.alternateRefsCommand"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_that_a_repository_names_is_ever_run(yard: Yard, tmp_path: Path, way: str):
    canary = tmp_path / "canary"
    WAYS[way](yard.repo, f"touch {canary}; cat")
    yard.repo.write("README", "changed\n")

    await yard.front.status(str(yard.repo.path))
    await yard.front.diff(str(yard.repo.path), "HEAD~1")
    path = await yard.tree("fix")
    yard.repo.write("README", "changed\n", at=path)
    await yard.front.status(str(path))
    removed = await yard.remove(path, force=True)
    await yard.front.clean_up(str(yard.repo.path), USER, dry_run=False)

    assert removed.is_done
    assert not canary.exists()


async def test_a_plain_git_would_have_run_it(repo: Repo, tmp_path: Path):
    """So that the test above can fail."""
    canary = tmp_path / "canary"
    WAYS["clean"](repo, f"touch {canary}; cat")
    repo.write("README", "changed\n")

    repo.git("status", "--porcelain")

    assert canary.exists()


async def test_a_fetch_runs_no_program_of_a_remote(yard: Yard, tmp_path: Path):
    canary = tmp_path / "canary"
    evil = f"touch {canary}; false"
    for url, settings in {
        f"ext::sh -c 'touch {canary}'": {},
        str(yard.repo.path): {"remote.origin.uploadpack": evil},
        "ssh://nowhere.invalid/x": {"core.sshCommand": evil},
        "git://nowhere.invalid/x": {"core.gitProxy": evil},
        "https://nowhere.invalid/x": {"credential.helper": f"!{evil}", "remote.origin.vcs": "evil"},
    }.items():
        yard.repo.git("config", "--remove-section", "remote.origin", okay=(0, 128))
        yard.repo.git("config", "remote.origin.url", url)
        yard.repo.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
        for key, value in settings.items():
            set_in_config(yard.repo, key, value)
        path = await yard.tree("fix")
        await yard.remove(path, force=True, delete_branch=True)

    assert not canary.exists()


async def test_a_work_tree_that_is_elsewhere_by_its_configuration_is_refused(
    yard: Yard, tmp_path: Path
):
    set_in_config(yard.repo, "core.worktree", str(tmp_path))

    with pytest.raises(Problem) as caught:
        await yard.front.status(str(yard.repo.path))

    assert caught.value.code in ("NOT_A_REPOSITORY", "GIT_FAILED")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
async def test_a_strangers_repository_is_refused_unless_the_account_says_otherwise(yard: Yard):
    os.chown(yard.repo.path, 12345, 12345)

    with pytest.raises(Problem) as caught:
        await yard.front.status(str(yard.repo.path))
    yard.repo.git("config", "--global", "--add", "safe.directory", str(yard.repo.path))
    status = await yard.front.status(str(yard.repo.path))

    assert caught.value.code == "UNSAFE_REPOSITORY"
    assert "safe.directory" in caught.value.detail
    assert status.branch == "main"


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=30)))
def test_no_word_of_a_command_becomes_a_setting(words: list[str]):
    made = hardening.command("git", words)

    assert made[len(made) - len(words) :] == words
    settings = made[3 : len(made) - len(words)]
    assert set(settings[::2]) == {"-c"}


def test_the_environment_holds_what_is_named_and_nothing_else():
    hostile = {"GIT_DIR": "/x", "GIT_SSH_COMMAND": "evil", "LD_PRELOAD": "evil", "HOME": "/home/a"}

    made = hardening.environment(hostile, fetches=False, ceiling="/")

    assert made["HOME"] == "/home/a"
    assert not {"GIT_DIR", "LD_PRELOAD"} & set(made)
    assert made["GIT_SSH_COMMAND"] == "ssh -oBatchMode=yes"
    assert made["GIT_ALLOW_PROTOCOL"] == "none"
