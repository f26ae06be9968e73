"""Things into the trash and out of it, each step such that a death after it can be undone.

Within a file system a thing is renamed: it is here or there. Onto another one it is first set aside
under a name of ours, then copied, compared, and named at last; the original goes only when the
store knows of the copy. All of this blocks, and runs in threads.
"""

import errno
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import evolve, frozen

from rdvd.ground.errors import Problem, StorageFull, is_full
from rdvd.ground.private import sync

from .copying import Copier, differences
from .removing import remove
from .renaming import rename, restore_mode
from .types import Item, NotPossible, PlaceGone, PlaceTaken, readable
from .walking import Check, look, named, nobody_left, opened, signatures

log = logging.getLogger("rdvd.trash")


@frozen
class Home:
    """Where the files of one entry are, and under which names they are on their way."""

    directory: Path

    def stored(self, item: Item) -> Path:
        if item.is_beside:
            return self.beside(item.origin, item)
        return self.directory / item.name

    def draft(self, item: Item) -> Path:
        return self.directory / f"{item.name}.part"

    def beside(self, path: Path, item: Item) -> Path:
        """On the same file system as this path."""
        return path.parent / f".rdv-trash-{self.directory.name}-{item.name}"

    def condemned(self, item: Item) -> Path:
        aside = self.beside(item.origin, item)
        return aside.with_name(f"{aside.name}-going")


def take_in(check: Check, home: Home, items: Iterable[Item]) -> tuple[Item, ...]:
    """All of them, or a refusal after which some may have been moved: then put them back."""
    home.directory.mkdir(mode=0o700, exist_ok=True)
    sync(home.directory.parent)
    moved: list[Item] = []
    for item in items:
        check()
        moved.append(_take_in(home, item, check))
    for directory in {home.directory, *(item.origin.parent for item in moved)}:
        sync(directory)
    return tuple(moved)


def _take_in(home: Home, item: Item, check: Check) -> Item:
    try:
        rename(item.origin, home.stored(item), item.mode)
    except OSError as error:
        if error.errno == errno.EXDEV:
            return _copy_in(home, item, check)
        raise _cannot(item.origin, error) from error
    return item


def _copy_in(home: Home, item: Item, check: Check) -> Item:
    aside = home.beside(item.origin, item)
    try:
        rename(item.origin, aside, item.mode)
        before = signatures_of(aside)
        _copy(aside, home.draft(item), check)
        if signatures_of(aside) != before:
            raise NotPossible(f"something still writes to {named(item.origin)}: end that first")
        home.draft(item).rename(home.stored(item))
        sync(home.directory)
    except OSError as error:
        raise _cannot(item.origin, error) from error
    found = home.stored(item).lstat()
    return evolve(item, device=found.st_dev, inode=found.st_ino, is_aside=True)


def end_aside(check: Check, home: Home, item: Item) -> None:
    """Remove the original of a copy, unless anybody has changed it since."""
    aside, condemned = home.beside(item.origin, item), home.condemned(item)
    if look(aside) is not None:
        with opened(aside.parent) as at, opened(home.directory) as kept:
            found = differences(at, aside.name, kept, item.name, check)
        if found is not None:
            raise NotPossible(f"{named(aside)} was changed after it was copied: {found}")
        rename(aside, condemned, item.mode)  # from here on it need not be whole
    remove(check, condemned)


def put_back(home: Home, items: Sequence[Item]) -> tuple[Item, ...]:
    """Undo a `take_in`, wherever it ended. Returns what could not go back, and so is kept."""
    left = [_as_left(home, item) for item in reversed(items) if not _put_back(home, item)]
    for directory in {item.origin.parent for item in items if item.origin.parent.is_dir()}:
        sync(directory)
    return tuple(reversed(left))


def _put_back(home: Home, item: Item) -> bool:
    stored, aside = home.stored(item), home.beside(item.origin, item)
    source = aside if look(aside) is not None else stored
    restore_mode(item.origin, item.mode)  # opened for a moment, and then came the end
    if look(source) is None:
        return True
    try:
        rename(source, item.origin, item.mode)
    except OSError as error:
        extra = {"path": readable(item.origin), "error": error.strerror, "now": readable(source)}
        log.error("not_put_back", extra=extra)
        return False
    return True


def _as_left(home: Home, item: Item) -> Item:
    """What was set aside stays there, for a copy of it need not be whole."""
    return evolve(item, is_beside=look(home.beside(item.origin, item)) is not None)


def recognise(home: Home, items: Iterable[Item]) -> tuple[Item, ...]:
    """Those that are there, as they can be told from whatever else gets their names later."""
    found = ((item, look(home.stored(item))) for item in items)
    return tuple(evolve(i, device=s.st_dev, inode=s.st_ino) for i, s in found if s is not None)


def give_back(
    check: Check, home: Home, items: Sequence[Item], below: Path | None
) -> tuple[Item, ...]:
    """Each to its target, or beside it. Returns the copies that are beside their targets now: they
    must be known by their numbers before they get their names."""
    _check_targets(items, below)
    copies: list[Item] = []
    for item in items:
        check()
        try:
            if not _give_back(home.stored(item), _target(item), item):
                copies.append(_copy_out(home, item, check))
        except OSError as error:
            raise _cannot(_target(item), error) from error
    for directory in {_target(item).parent for item in items}:
        sync(directory)
    return tuple(copies)


def name_copies(home: Home, copies: Sequence[Item]) -> None:
    """The last step of a `give_back`."""
    for item in copies:
        _give_back(home.beside(_target(item), item), _target(item), item)
        sync(_target(item).parent)


def _give_back(source: Path, target: Path, item: Item) -> bool:
    """False: it is on another file system."""
    try:
        rename(source, target, item.mode)
    except FileExistsError:
        raise _taken([target]) from None
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return False
    return True


def _copy_out(home: Home, item: Item, check: Check) -> Item:
    draft = home.beside(_target(item), item)
    _copy(home.stored(item), draft, check)
    found = draft.lstat()
    return evolve(item, device=found.st_dev, inode=found.st_ino)


def take_back(home: Home, items: Iterable[Item]) -> None:
    """Undo a `give_back`, wherever it ended. What somebody has taken away meanwhile is theirs, and
    so is another name of the very file that is in the trash: we never make one."""
    for item in items:
        stored, target = home.stored(item), _target(item)
        restore_mode(stored, item.mode)
        found, kept = look(target), look(stored)
        if found is not None and (found.st_dev, found.st_ino) == (item.device, item.inode):
            if kept is None:
                rename(target, stored, item.mode)
            elif not os.path.samestat(found, kept) and not _is_changed(target, stored):
                rename(target, home.beside(target, item), item.mode)
            sync(target.parent)
        draft = home.beside(target, item)
        if draft != stored:
            remove(nobody_left, draft)


def _is_changed(copy: Path, original: Path) -> bool:
    with opened(copy.parent) as at, opened(original.parent) as kept:
        return differences(at, copy.name, kept, original.name, nobody_left) is not None


def signatures_of(path: Path) -> frozenset[tuple[object, ...]]:
    with opened(path.parent) as at:
        return signatures(at, path.name)


def _copy(source: Path, target: Path, check: Check) -> None:
    with opened(source.parent) as at, opened(target.parent) as to:
        Copier(at, to, check).copy(source.name, target.name)
        found = differences(at, source.name, to, target.name, check)
    if found is not None:
        raise NotPossible(f"the copy of {named(source)} is not like it: {found}")


def _check_targets(items: Sequence[Item], below: Path | None) -> None:
    """All that would refuse later is said before anything is moved."""
    targets = [_target(item) for item in items]
    for parent in {target.parent for target in targets}:
        if below is not None and below.is_dir() and parent.is_relative_to(below):
            parent.mkdir(parents=True, exist_ok=True)
    gone = sorted({target.parent for target in targets if not target.parent.is_dir()})
    if gone:
        raise PlaceGone(
            f"{named(gone[0])} is no more: make it again, or restore to another directory"
            " (`?to=`, `rdv trash restore --to`)",
            missing=[readable(each) for each in gone],
        )
    for target in targets:
        if Path(os.path.realpath(target.parent)) != target.parent:
            raise PlaceGone(
                f"{named(target.parent)} leads elsewhere now: restore to another directory",
                missing=[readable(target.parent)],
            )
    taken = [target for target in targets if look(target) is not None]
    if taken:
        raise _taken(taken)


def _taken(targets: Sequence[Path]) -> PlaceTaken:
    return PlaceTaken(
        f"something is at {named(targets[0])} now, and it stays: move it away, or restore to"
        " another directory (`?to=`, `rdv trash restore --to`)",
        taken=[readable(each) for each in targets],
    )


def _target(item: Item) -> Path:
    assert item.target is not None
    return item.target


def _cannot(path: Path, error: OSError) -> Problem:
    if is_full(error):
        return StorageFull(f"{named(path)} cannot be moved: the disk is full")
    what = error.strerror or str(error)
    return NotPossible(f"{named(path)} cannot be moved: {what}", path=readable(path))


def clear(check: Check, home: Home, items: Iterable[Item]) -> None:
    """Remove all of an entry for good, also what has stayed where it was, or beside that."""
    for item in items:
        if item.is_beside:
            remove(check, home.stored(item))
        if item.stays:
            found = look(item.origin)
            if found is not None and (found.st_dev, found.st_ino) == (item.device, item.inode):
                remove(check, item.origin)
    remove(check, home.directory)


def names_of(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.iterdir())
