"""What would be lost with a worktree, and what stands in the way. Pure: facts in, words out.

Nothing that is in a commit which a branch, tag or remote holds is ever lost with a worktree.
"""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from .types import Facts, Loss, LossKind, Obstacle

MOST_ITEMS = 100  # of each kind, by name; the count is of all


def losses_of(facts: Facts, disposable: Sequence[str] = ()) -> tuple[Loss, ...]:
    """In the order in which a person would like to know. `disposable`: ignored names that anybody
    can make anew; they are kept in the trash all the same."""
    return tuple(_losses(facts, disposable))


def _losses(facts: Facts, disposable: Sequence[str]) -> Iterator[Loss]:
    changed = facts.status.changed
    yield from _some("staged", "staged and in no commit", paths_staged(facts))
    yield from _some("modified", "changed since the last commit",
                     [each.path for each in changed if each.tree != "."])  # fmt: skip
    yield from _some("hidden", "changed, and git was told not to look", facts.hidden)
    known = {*facts.nested_repositories, *facts.copies}
    plain = [path for path in facts.status.untracked if path not in known]
    yield from _some("untracked", "never added to git", plain)
    precious = [
        path
        for path in facts.status.ignored
        if path not in known and not is_disposable(path, disposable)
    ]
    yield from _some("ignored", "ignored by git, and perhaps nowhere else", precious)
    yield from _some("nested_repository", "a repository inside", facts.nested_repositories)
    yield from _some("submodule", "what is in the place of a submodule", facts.submodules)
    yield from _of_commits(facts)
    if facts.operation is not None:
        yield Loss("operation", f"{facts.operation} was begun and is not finished", count=1)
    if not facts.is_ours:
        yield Loss("foreign", "it was not made by rdv", count=1)


def paths_staged(facts: Facts) -> list[str]:
    return [each.path for each in facts.status.changed if each.index != "."]


def _of_commits(facts: Facts) -> Iterator[Loss]:
    commits = facts.only_here
    if facts.status.branch is None:
        yield from _some("detached", "commits that no branch, tag or remote holds", commits)
    elif facts.is_shared:
        yield from _some("unpushed", f"commits on {facts.status.branch} alone, not pushed", commits)
    else:
        yield from _some("unmerged", f"commits on {facts.status.branch} alone, not merged", commits)


def _some(kind: LossKind, what: str, items: Sequence[str]) -> Iterator[Loss]:
    if items:
        yield Loss(kind, what, tuple(items[:MOST_ITEMS]), len(items))


def is_disposable(path: str, patterns: Iterable[str]) -> bool:
    """By the last name of it, so that `web/node_modules/` is one of `node_modules`."""
    name = path.rstrip("/").rpartition("/")[2]
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def obstacles_of(facts: Facts) -> tuple[Obstacle, ...]:
    return tuple(_obstacles(facts))


def _obstacles(facts: Facts) -> Iterator[Obstacle]:
    if facts.is_main:
        yield Obstacle("main", "it is the main worktree: with it the repository would go")
    if facts.lock is not None:
        why = f": {facts.lock}" if facts.lock else ""
        yield Obstacle("locked", f"it is locked{why}; `rdv worktree unlock` unlocks it")
    if facts.sessions:
        yield Obstacle("session", "a session lives in it: close that first", facts.sessions)
    if facts.occupants:
        who = tuple(f"{each.pid} {each.command}: {each.what}" for each in facts.occupants)
        yield Obstacle("process", "a process lives in it, or has a file of it open", who)
    if facts.nested_worktrees:
        detail = "another worktree is inside: remove that first"
        yield Obstacle("nested_worktree", detail, facts.nested_worktrees)


def notes_on(facts: Facts) -> tuple[str, ...]:
    """What is not lost, and worth a word."""
    if not facts.stashes:
        return ()
    many = "1 stash was" if facts.stashes == 1 else f"{facts.stashes} stashes were"
    return (f"{many} made on {facts.status.branch}: they stay in the repository",)
