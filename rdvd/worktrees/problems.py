"""What this slice says no with."""

from rdvd.ground.errors import BadInput, Conflict, Forbidden, NotFound, Problem


class NoRepository(BadInput):
    """There is none at this path, or none that we can read."""

    code = "NOT_A_REPOSITORY"


class NoWorktree(NotFound):
    """There is no such worktree."""

    code = "WORKTREE_NOT_FOUND"


class UnsafeRepository(Forbidden):
    """It belongs to somebody else, and `safe.directory` does not name it."""

    code = "UNSAFE_REPOSITORY"


class BranchInUse(Conflict):
    """It is checked out already."""

    code = "BRANCH_IN_USE"


class BranchExists(Conflict):
    """It was to be made, and is there."""

    code = "BRANCH_EXISTS"


class NoBase(BadInput):
    """What the branch is to begin at is not there."""

    code = "NO_SUCH_BASE"


class PathTaken(Conflict):
    """Something is there already."""

    code = "PATH_TAKEN"


class IsLocked(Conflict):
    """It was to be locked, and is."""

    code = "WORKTREE_LOCKED"


class NotLocked(Conflict):
    """It was to be unlocked, and is not locked."""

    code = "WORKTREE_NOT_LOCKED"


class MainTree(Conflict):
    """It holds the repository itself."""

    code = "MAIN_WORKTREE"


class WouldLose(Conflict):
    """Something would be lost, or is in the way: the facts list all of it."""

    code = "WOULD_LOSE_WORK"


class NotTrusted(Conflict):
    """What was to be trusted is not what is there."""

    code = "FINGERPRINT_DIFFERS"


class HookFailed(Conflict):
    """A command of the project has failed, so the act it belongs to was undone."""

    code = "HOOK_FAILED"


class GitFailed(Problem):
    """git said no."""

    status = 502
    title = "git failed"
    code = "GIT_FAILED"


class GitTooSlow(Problem):
    """git took longer than it may, and was ended."""

    status = 504
    title = "git took too long"
    code = "GIT_TOO_SLOW"


class BadDeclaration(BadInput):
    """What a project declares for its worktrees cannot be understood."""

    code = "BAD_DECLARATION"
