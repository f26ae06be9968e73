"""Worktrees of git repositories: made as one act or not at all, and removed only after accounting
for all that would be lost.

    front = Worktrees(shop, registry.ref, rooms)        # made in wiring; everybody else holds this
    made = await front.add(NewTree(user, "/src/project", "fix/login"))
    await front.remove(Removal(user, made.worktree.path))   # WouldLose lists what speaks against it

Nothing that is in a commit of a branch is lost with a worktree. What is in none goes to a ref below
`refs/rdvd/recovery/` and to the trash before anything is removed. One actor for each repository
makes and removes, so that git never races itself; looking waits for nobody.
"""

from .front import Worktrees as Worktrees
from .git import Git as Git
from .migrations import MIGRATIONS as MIGRATIONS
from .news import tell_of_worktrees as tell_of_worktrees
from .problems import WouldLose as WouldLose
from .registry import Repositories as Repositories
from .registry import Rooms as Rooms
from .settings import WorktreeSettings as WorktreeSettings
from .shop import Lodgers as Lodgers
from .shop import Shop as Shop
from .types import Made as Made
from .types import NewTree as NewTree
from .types import Removal as Removal
from .types import Removed as Removed
from .types import Worktree as Worktree
from .types import WorktreeFact as WorktreeFact
