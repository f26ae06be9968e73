"""Worktrees as clients see them. What is no UTF-8 is escaped."""

from attrs import frozen

from .types import Branch, Candidate, Diff, Hooks, Listed, Loss, Made, Obstacle, Removed, Status
from .types import Worktree as Row


@frozen
class WorktreeShown:
    """`branch` is "(bare)" or "(detached)" where that applies, as seed 000 has it. `stage` and
    what follows are of those that rdv has made."""

    path: str
    branch: str
    commit: str | None
    is_bare: bool
    is_main: bool
    is_missing: bool
    locked: str | None
    is_ours: bool
    stage: str | None
    session_id: str | None
    created_at: int | None


@frozen
class WorktreeMade:
    """`copied`: files that git does not carry. `notes`: what its owner should know."""

    path: str
    branch: str
    created_branch: bool
    id: str
    base: str | None
    copied: list[str]
    notes: list[str]


@frozen
class StatusShown:
    exists: bool
    is_clean: bool
    branch: str
    commit: str | None
    upstream: str | None
    ahead: int | None
    behind: int | None
    untracked: int
    modified: int
    staged: int


@frozen
class Checked:
    __wire_case__ = "camel"

    has_uncommitted_changes: bool
    branch: str


@frozen
class LossShown:
    """`items`: the first hundred of `count`."""

    kind: str
    detail: str
    count: int
    items: list[str]


@frozen
class ObstacleShown:
    kind: str
    detail: str
    items: list[str]


@frozen
class WorktreeRemoved:
    """`success` is false for a dry run. `recovery_ref` and `trash` hold what `losses` tells of, and
    `ways_back` are the commands that bring it back, in this order."""

    success: bool
    deleted_path: str
    branch: str | None
    branch_deleted: bool
    losses: list[LossShown]
    obstacles: list[ObstacleShown]
    recovery_ref: str | None
    trash: list[str]
    notes: list[str]
    ways_back: list[str]


@frozen
class CandidateShown:
    path: str
    branch: str | None
    why: str
    is_removable: bool
    losses: list[LossShown]
    obstacles: list[ObstacleShown]


@frozen
class CleanedUp:
    dry_run: bool
    found: list[CandidateShown]
    removed: list[WorktreeRemoved]


@frozen
class BranchShown:
    name: str
    commit: str
    upstream: str | None
    ahead: int | None
    behind: int | None
    worktree: str | None


@frozen
class FileShown:
    path: str
    added: int | None
    removed: int | None


@frozen
class DiffShown:
    """`files`: the first thousand; binary ones have no lines."""

    base: str
    commits: int
    added: int
    removed: int
    files: list[FileShown]
    is_cut: bool


@frozen
class HooksShown:
    setup: list[str]
    teardown: list[str]
    fingerprint: str
    trusted: bool


def text(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def shown(listed: Listed, row: Row | None) -> WorktreeShown:
    named = text(listed.branch) if listed.branch is not None else "(detached)"
    return WorktreeShown(
        path=text(listed.path),
        branch="(bare)" if listed.is_bare else named,
        commit=listed.head,
        is_bare=listed.is_bare,
        is_main=listed.is_main,
        is_missing=listed.is_missing,
        locked=listed.lock,
        is_ours=row is not None,
        stage=row and row.stage,
        session_id=row and row.session,
        created_at=row and row.created,
    )


def shown_made(made: Made) -> WorktreeMade:
    tree = made.worktree
    return WorktreeMade(
        path=text(tree.path),
        branch=text(tree.branch or "(detached)"),
        created_branch=made.created_branch,
        id=tree.id,
        base=tree.base,
        copied=[text(each) for each in made.copied],
        notes=[text(each) for each in made.notes],
    )


def shown_status(status: Status) -> StatusShown:
    return StatusShown(
        exists=True,
        is_clean=status.is_clean,
        branch=branch_of(status),
        commit=status.head,
        upstream=status.upstream and text(status.upstream),
        ahead=status.ahead,
        behind=status.behind,
        untracked=len(status.untracked),
        modified=status.modified,
        staged=status.staged,
    )


def branch_of(status: Status) -> str:
    return "(detached)" if status.branch is None else text(status.branch)


NOT_THERE = StatusShown(False, True, "", None, None, None, None, 0, 0, 0)


def shown_losses(losses: tuple[Loss, ...]) -> list[LossShown]:
    return [
        LossShown(each.kind, text(each.detail), each.count, [text(item) for item in each.items])
        for each in losses
    ]


def shown_obstacles(obstacles: tuple[Obstacle, ...]) -> list[ObstacleShown]:
    return [
        ObstacleShown(each.kind, text(each.detail), [text(item) for item in each.items])
        for each in obstacles
    ]


def shown_removed(removed: Removed) -> WorktreeRemoved:
    return WorktreeRemoved(
        success=removed.is_done,
        deleted_path=text(removed.path),
        branch=removed.branch and text(removed.branch),
        branch_deleted=removed.branch_deleted,
        losses=shown_losses(removed.losses),
        obstacles=shown_obstacles(removed.obstacles),
        recovery_ref=removed.recovery,
        trash=list(removed.trash),
        notes=[text(each) for each in removed.notes],
        ways_back=list(removed.ways_back),
    )


def shown_candidate(found: Candidate) -> CandidateShown:
    return CandidateShown(
        path=text(found.path),
        branch=found.branch and text(found.branch),
        why=found.why,
        is_removable=found.is_removable,
        losses=shown_losses(found.losses),
        obstacles=shown_obstacles(found.obstacles),
    )


def shown_branch(branch: Branch) -> BranchShown:
    return BranchShown(
        name=text(branch.name),
        commit=branch.head,
        upstream=branch.upstream and text(branch.upstream),
        ahead=branch.ahead,
        behind=branch.behind,
        worktree=branch.worktree and text(branch.worktree),
    )


def shown_diff(diff: Diff) -> DiffShown:
    files = [FileShown(text(each.path), each.added, each.removed) for each in diff.files]
    return DiffShown(
        base=text(diff.base),
        commits=diff.commits,
        added=sum(each.added or 0 for each in files),
        removed=sum(each.removed or 0 for each in files),
        files=files,
        is_cut=diff.is_cut,
    )


def shown_hooks(hooks: Hooks) -> HooksShown:
    return HooksShown(list(hooks.setup), list(hooks.teardown), hooks.fingerprint, hooks.is_trusted)
