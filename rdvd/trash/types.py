"""What is in the trash, what it takes to get in, and what may keep it from coming back."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NewType

from attrs import field, frozen

from rdvd.ground.errors import Conflict, NotFound, StorageFull
from rdvd.identity import UserId

TrashId = NewType("TrashId", str)
TrashKind = Literal["session", "folder", "worktree", "file"]

# entering, leaving: in the middle of an act; a start of the daemon undoes it. going: for ever.
TrashState = Literal["entering", "kept", "leaving", "going"]

MOST_ITEMS = 100_000
LONGEST_TITLE = 1_000
LARGEST_DETAIL = 16 * 1024 * 1024


class NotPossible(Conflict):
    """It cannot be moved as it is; nothing was moved."""

    code = "NOT_MOVABLE"


class TrashFull(StorageFull):
    """It does not fit beside what is in the trash; nothing was moved."""

    code = "TRASH_FULL"


class PlaceTaken(Conflict):
    """Something is where it was; nothing was moved."""

    code = "PLACE_TAKEN"


class PlaceGone(Conflict):
    """Where it was is no more; nothing was moved."""

    code = "PLACE_GONE"


class NotInTrash(NotFound):
    """There is no such entry, or it is not the asker's."""

    code = "NOT_IN_TRASH"


class Ambiguous(Conflict):
    """Several entries have that title."""

    code = "AMBIGUOUS_NAME"


class EntryBusy(Conflict):
    """Somebody else is just restoring or removing it."""

    code = "TRASH_BUSY"


@frozen
class Parcel:
    """What is thrown away: all that is known of it beside the files.

    `place` is where it was, for people. `subject` is the thing's own id, by which it can be found:
    of one kind, one entry at a time has it. `detail` is what its restorer needs, as JSON; `version`
    is of that, so that a later program can read what an earlier one has put in.
    """

    user: UserId
    kind: TrashKind
    title: str
    place: str | None = None
    detail: Mapping[str, Any] = field(factory=dict[str, Any])
    version: int = 1
    subject: str | None = None


@frozen
class Part:
    """What goes along with something else; its files stay where they are."""

    parcel: Parcel
    staying: tuple[Path, ...] = ()


@frozen
class Item:
    """One thing that was moved: a file, or a directory with all that is in it.

    Device and inode tell it from whatever else may get its name. `mode` is what it must have.
    """

    number: int
    origin: Path
    bytes: int
    device: int
    inode: int
    mode: int
    target: Path | None = None  # where it is being restored to
    is_aside: bool = False  # a copy is in the trash, and the original still waits for its end
    stays: bool = False  # where it is, and can be read there, until the entry goes for ever
    is_beside: bool = False  # beside its origin, under a name of ours, and not in the trash

    @property
    def name(self) -> str:
        return str(self.number)


@frozen
class TrashEntry:
    """`expires`: when it is removed for good. Times are milliseconds."""

    id: TrashId
    user: UserId
    kind: TrashKind
    title: str
    place: str | None
    thrown: int
    expires: int
    bytes: int
    version: int
    detail: Mapping[str, Any] = field(repr=False)
    subject: str | None = None
    part_of: TrashId | None = None  # what it was thrown away with, and comes back with
    state: TrashState = "kept"
    items: tuple[Item, ...] = ()

    @property
    def moved(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.stays)


@frozen
class Restored:
    """Where it is now. `missing`: what was not in the trash any more, for somebody took it out.
    `notes`: what is not as it was."""

    places: tuple[str, ...]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def readable(path: Path | str) -> str:
    """A path as text: names that are no UTF-8, and what terminals obey, are escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
