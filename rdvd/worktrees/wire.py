"""What clients send about worktrees, in the words of seed 000 and a few more."""

from typing import Annotated

import msgspec
from attrs import frozen

Place = Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


@frozen
class RepositoryQuery:
    """Any path in the repository."""

    repo_path: Place


@frozen
class BranchQuery:
    """`counts`: with how far each is from its upstream."""

    repo_path: Place
    counts: bool = False


@frozen
class TreeQuery:
    worktree_path: Place


@frozen
class DiffQuery:
    """Without `base`: what the remote calls its HEAD, else the branch of the main worktree."""

    worktree_path: Place
    base: Name | None = None


@frozen
class NewWorktree:
    """One of project_path and repo_path says which repository. Without worktree_path it goes
    beside that."""

    __also_camel__ = True

    branch: Name
    project_path: Place | None = None
    repo_path: Place | None = None
    repository_id: Name | None = None
    worktree_path: Place | None = None
    create_new_branch: bool = False
    create_branch: bool = False
    base_branch: Name | None = None
    fetch: bool = True


@frozen
class OldWorktree:
    """`force`: what would be lost goes to a recovery ref and to the trash first."""

    __also_camel__ = True

    worktree_path: Place
    project_path: Place | None = None
    repo_path: Place | None = None
    repository_id: Name | None = None
    force: bool = False
    delete_branch: bool = False
    dry_run: bool = False


@frozen
class RemoveQuery:
    worktree_path: Place
    repo_path: Place | None = None
    force: bool = False
    delete_branch: bool = False
    dry_run: bool = False


@frozen
class Check:
    __also_camel__ = True

    worktree_path: Place
    repository_id: Name | None = None


@frozen
class CleanUp:
    """Unless dry_run is false it is only said what would be removed."""

    __also_camel__ = True

    repo_path: Place
    dry_run: bool = True


@frozen
class Trusting:
    """The fingerprint of what was looked at, as `GET /api/worktrees/hooks` tells it."""

    __also_camel__ = True

    repo_path: Place
    fingerprint: Name


@frozen
class Distrusting:
    __also_camel__ = True

    repo_path: Place


@frozen
class Locking:
    """`repo_path`: any path in the repository, if the directory itself is away."""

    __also_camel__ = True

    worktree_path: Place
    repo_path: Place | None = None
    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


@frozen
class Unlocking:
    __also_camel__ = True

    worktree_path: Place
    repo_path: Place | None = None
