"""What a worktree is, what happens to it, and what would be lost with it. Never a secret."""

from typing import Literal, TypeAlias

from attrs import frozen

from rdvd.identity import SessionId, UserId

from .git_types import Branch as Branch
from .git_types import Diff as Diff
from .git_types import Entry as Entry
from .git_types import FileChange as FileChange
from .git_types import Found as Found
from .git_types import Listed as Listed
from .git_types import Status as Status

# How far an act has come, as the row says before the act: what the next start finds half done, it
# undoes or finishes. `pledged`: complete, for a session that has not begun yet. `restoring`: out of
# the trash.
Stage = Literal["adding", "pledged", "ready", "removing", "deleting", "restoring"]


LossKind = Literal[
    "staged",
    "modified",
    "hidden",
    "untracked",
    "ignored",
    "unpushed",
    "unmerged",
    "detached",
    "operation",
    "submodule",
    "nested_repository",
    "foreign",
]
ObstacleKind = Literal["main", "locked", "process", "session", "nested_worktree"]


@frozen
class Loss:
    """What removing would take away, unless it is kept elsewhere first; `force` does that."""

    kind: LossKind
    detail: str
    items: tuple[str, ...] = ()
    count: int = 0


@frozen
class Obstacle:
    """Why it cannot be removed now, not even with `force`."""

    kind: ObstacleKind
    detail: str
    items: tuple[str, ...] = ()


@frozen
class Occupant:
    """A process that lives in a tree, or has a file of it open."""

    pid: int
    command: str
    what: str


@frozen
class Facts:
    """All that was seen of a worktree that is to go; what is to be said of it is decided apart."""

    path: str
    status: Status
    is_main: bool = False
    is_ours: bool = True
    lock: str | None = None
    hidden: tuple[str, ...] = ()  # changed, and git was told not to look
    only_here: tuple[str, ...] = ()  # commits that no other branch, tag or remote holds
    is_shared: bool = False  # the repository has a remote that commits could be on
    operation: str | None = None  # a merge or rebase that was begun and not finished
    submodules: tuple[str, ...] = ()
    nested_repositories: tuple[str, ...] = ()
    nested_worktrees: tuple[str, ...] = ()
    occupants: tuple[Occupant, ...] = ()
    sessions: tuple[str, ...] = ()
    stashes: int = 0
    copies: frozenset[str] = frozenset()  # byte by byte as they are in the main worktree


@frozen
class Worktree:
    """One that we have made, or are removing: the row."""

    id: str
    user: UserId
    repository: str  # the common directory
    path: str
    branch: str | None
    stage: Stage
    created: int
    session: SessionId | None = None  # it was made for
    base: str | None = None  # the commit that it began at
    created_branch: bool = False
    entry: str | None = None  # of the trash, out of which it is just coming


@frozen
class NewTree:
    """An order for a worktree."""

    user: UserId
    repository: str  # any path in it
    branch: str
    base: str | None = None
    path: str | None = None
    must_create: bool = False  # the branch must not be there yet
    fetches: bool = True
    session: SessionId | None = None


@frozen
class Made:
    """A worktree that is there, and what its owner should know of how it came to be."""

    worktree: Worktree
    created_branch: bool
    copied: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@frozen
class Removal:
    """An order to remove one."""

    user: UserId
    path: str
    force: bool = False
    delete_branch: bool = False
    dry_run: bool = False


@frozen
class Removed:
    """What was done, or would be: where everything is that was not in a commit of a branch."""

    path: str
    branch: str | None
    losses: tuple[Loss, ...]
    obstacles: tuple[Obstacle, ...] = ()
    is_done: bool = True
    branch_deleted: bool = False
    recovery: str | None = None  # a ref
    trash: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    ways_back: tuple[str, ...] = ()


@frozen
class Candidate:
    """What a clean-up has found, and why it thinks that nobody needs it."""

    path: str
    branch: str | None
    why: Literal["merged", "applied", "missing", "orphan"]
    is_removable: bool
    losses: tuple[Loss, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()


@frozen
class Hooks:
    """What a project declares to be run, and the hash of all that this would run."""

    setup: tuple[str, ...] = ()
    teardown: tuple[str, ...] = ()
    fingerprint: str = ""
    is_trusted: bool = False


@frozen
class Added:
    worktree: Worktree


@frozen
class Gone:
    removed: Removed
    user: UserId


@frozen
class Locked:
    """`reason`: None if it is locked no more."""

    user: UserId
    path: str
    reason: str | None


@frozen
class Stepped:
    """A step of something slow has begun or ended."""

    user: UserId
    path: str
    step: str
    state: Literal["begun", "done", "failed"]
    detail: str = ""


WorktreeFact: TypeAlias = Added | Gone | Locked | Stepped
