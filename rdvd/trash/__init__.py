"""The trash: whatever is taken away goes here first, and comes back from here. It alone removes
what a user has made from the disk, when it has been here for `cleanup.trash_retention_days`.

    trash = Trash(store, TrashSettings(...), events)        # made in main.py; `keep` is in the tree
    entry = await trash.put(
        Parcel(user, "worktree", "fix/login", place=str(path), detail={"ref": ref}),
        [path, ...],                                        # moved, all of them or none
        commit=lambda db: storage.forget(db, worktree),     # in the same transaction as the entry
    )
    trash.register("worktree", WorktreeRestorer(...))       # a Restorer; without one, its files

* Paths are absolute. A link is moved as a link; what is above it is resolved. A directory is moved
  with all that is in it: renamed; or on another file system copied, compared, and then removed.
* A refusal (`TrashFull`, `NotPossible`, `PlaceGone`, `BadInput`) has moved nothing. Whoever is
  cancelled has moved nothing either. What a kill cuts off is undone before the tree is up.
* A restorer does what its kind needs and ends with `trash.give_back(entry, targets, commit)`: every
  item to its target by its number, and `commit` in the transaction that ends the entry. If that
  raises (`PlaceTaken`, `PlaceGone`), the entry is in the trash as before. `entry.detail` is the
  JSON that was put in, `entry.version` the version of it.
* What is `staying` is not moved: it can be read where it is, and goes when the entry does. `parts`
  are entries of kinds with a `Member`: they go, come back and end with the one they are part of.
* `Restorer.forget(db, entry)` is called in the transaction that lets an entry go for ever: rows
  that the entry stood for go with it.
"""

from .keeper import Trash as Trash
from .members import Commit as Commit
from .members import Member as Member
from .members import Restorer as Restorer
from .migrations import MIGRATIONS as MIGRATIONS
from .settings import TrashSettings as TrashSettings
from .survey import targets_of as targets_of
from .types import Item as Item
from .types import NotPossible as NotPossible
from .types import Parcel as Parcel
from .types import Part as Part
from .types import PlaceGone as PlaceGone
from .types import PlaceTaken as PlaceTaken
from .types import Restored as Restored
from .types import TrashEntry as TrashEntry
from .types import TrashFull as TrashFull
from .types import TrashId as TrashId
from .types import TrashKind as TrashKind
from .types import readable as readable
from .watch import Watch as Watch
