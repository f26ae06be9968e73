"""`rdv worktree` against a real daemon and a real repository."""

from pathlib import Path

import pytest

from tests.worktrees.gits import Repo, copy_of, make_template

from .asking import Said
from .terminal import Place


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return copy_of(make_template(tmp_path / "template"), tmp_path / "place")


def test_a_worktree_lives_and_goes_by_words_alone(shared: Place, repo: Repo):
    def say(*words: str) -> Said:
        return shared.say("worktree", *words, "-C", str(repo.path))

    made = say("new", "fix/a", "--json")
    path = Path(made.json["path"])
    listed, status = say("ls"), say("status", "fix/a")
    repo.write("thought", "1\n", at=path)
    would, refused = say("rm", "-n", "fix/a"), say("rm", "fix/a")
    unconfirmed = say("rm", "--force", "fix/a")
    removed = say("rm", "--force", "--yes", str(path))
    unknown = say("rm", "fix/a")
    cleaned = say("cleanup")

    assert made.json["branch"] == "fix/a"
    assert "fix/a" in listed.out
    assert "clean      yes" in status.out
    assert (would.code, "thought" in would.out) == (0, True)
    assert refused.code == 4
    assert "1 untracked: never added to git" in refused.err
    assert "thought" in refused.err
    assert unconfirmed.code == 9
    assert removed.code == 0, removed.err
    assert "rdv trash restore" in removed.out
    assert not path.exists()
    assert unknown.code == 3
    assert cleaned.out == "Nothing to clean up.\n"


def test_a_locked_worktree_is_not_removed_until_it_is_unlocked(shared: Place, repo: Repo):
    def say(*words: str) -> Said:
        return shared.say("worktree", *words, "-C", str(repo.path))

    path = Path(say("new", "fix/a", "--json").json["path"])
    locked, again = say("lock", "fix/a", "--reason", "on loan"), say("lock", "fix/a")
    listed, refused = say("ls"), say("rm", "--force", "--yes", "fix/a")
    main, odd = say("lock", "main"), say("lock", "fix/a", "--reason", "two\nlines")
    path.rename(path.with_name("away"))
    unlocked, twice = say("unlock", str(path)), say("unlock", str(path))
    path.with_name("away").rename(path)
    removed = say("rm", "fix/a")

    assert locked.code == 0, locked.err
    assert (again.code, "on loan" in again.err) == (4, True)
    assert "locked" in listed.out
    assert (refused.code, "on loan" in refused.err) == (4, True)
    assert (main.code, odd.code) == (4, 2)
    assert unlocked.code == 0, unlocked.err
    assert twice.code == 4
    assert removed.code == 0, removed.err
    assert not path.exists()
    assert repo.is_well()


def test_what_a_project_wants_to_run_is_shown_asked_for_and_run(shared: Place, repo: Repo):
    def say(*words: str) -> Said:
        return shared.say("worktree", *words, "-C", str(repo.path))

    repo.commit(".rdv/worktree.toml", 'setup = ["echo $RDV_BRANCH > made"]\n')
    unasked = say("trust")
    untrusted = say("new", "before")
    trusted = say("trust", "--yes")
    made = say("new", "after", "--json")
    forgotten = say("trust", "--forget")

    assert unasked.code == 9
    assert "setup:    echo $RDV_BRANCH > made" in unasked.err
    assert "nobody has trusted it" in untrusted.out
    assert trusted.code == 0
    assert (Path(made.json["path"]) / "made").read_text() == "after\n"
    assert forgotten.code == 0


def test_a_session_begins_in_a_worktree_and_leaves_nothing_if_it_cannot(shared: Place, repo: Repo):
    words = ("session", "new", "fix", "-C", str(repo.path))

    begun = shared.say(*words, "--worktree", "fix/login", "--json")
    failed = shared.say("session", "new", "other", "-C", str(repo.path), "--worktree", "fix/login")
    lonely = shared.say("session", "new", "third", "-C", str(repo.path), "--base", "main")
    closed = shared.say("session", "close", "fix", "--yes")

    path = repo.path.parent / "project-fix-login"
    assert (begun.json["project_path"], begun.json["worktree_branch"]) == (str(path), "fix/login")
    assert (failed.code, "is checked out" in failed.err) == (4, True)
    assert lonely.code == 2
    assert closed.code == 0
    assert path.is_dir()
