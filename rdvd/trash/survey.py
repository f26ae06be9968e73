"""What is about to be thrown away: looked at before anything is moved. Pure but for looking."""

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from attrs import evolve

from rdvd.ground.errors import BadInput

from .types import (
    LARGEST_DETAIL,
    LONGEST_TITLE,
    MOST_ITEMS,
    Item,
    NotPossible,
    Parcel,
    PlaceGone,
    TrashEntry,
    TrashId,
    readable,
)
from .walking import Check, bytes_in, look, named, opened


def survey(
    check: Check, paths: Sequence[Path], staying: Sequence[Path], trash: Path
) -> tuple[Item, ...]:
    """The items, or why they cannot be thrown away."""
    if len(paths) + len(staying) > MOST_ITEMS:
        raise BadInput(f"at most {MOST_ITEMS:,} things at a time")
    origins = [_origin(path) for path in (*paths, *staying)]
    _refuse_nested(origins)
    trash = Path(os.path.realpath(trash))
    items = tuple(_item(number, origin, trash, check) for number, origin in enumerate(origins))
    return tuple(evolve(item, stays=item.number >= len(paths)) for item in items)


def _origin(path: Path) -> Path:
    """Links above it are resolved once and for all; it may itself be one."""
    if not path.is_absolute() or path.name in ("", ".", "..") or "\0" in str(path):
        raise BadInput(f"{named(path)}: an absolute path of a file or directory is needed")
    return Path(os.path.realpath(path.parent)) / path.name


def _refuse_nested(origins: Sequence[Path]) -> None:
    ordered = sorted(origins, key=lambda path: path.parts)
    for one, next_ in pairwise(ordered):
        if next_.is_relative_to(one):
            raise BadInput(f"{named(next_)} is in {named(one)} already")


def _item(number: int, origin: Path, trash: Path, check: Check) -> Item:
    status = look(origin)
    if status is None:
        raise PlaceGone(f"there is no {named(origin)}", missing=[readable(origin)])
    if trash.is_relative_to(origin) or origin.is_relative_to(trash):
        raise NotPossible(f"{named(origin)}: the trash itself is there")
    if os.path.ismount(origin):
        raise NotPossible(f"{named(origin)} is a mount point: unmount it first")
    with opened(origin.parent) as at:
        size = bytes_in(at, origin.name, check)
    return Item(number, origin, size, status.st_dev, status.st_ino, status.st_mode)


def targets_of(entry: TrashEntry, to: str | None) -> tuple[Mapping[int, Path], Path | None]:
    """Where each item goes: to its old place, or into another directory, placed as it was; and
    below which directory others may be made for that."""
    if to is None:
        return {item.number: item.origin for item in entry.items}, None
    directory = Path(to)
    if not directory.is_absolute():
        raise BadInput("to: an absolute path of a directory is needed")
    if not directory.is_dir():
        raise PlaceGone(f"to: {named(directory)} is no directory", missing=[readable(directory)])
    directory = Path(os.path.realpath(directory))
    parents = [item.origin.parent for item in entry.items] or [directory]
    common = Path(os.path.commonpath(parents))
    places = {item.number: directory / item.origin.relative_to(common) for item in entry.items}
    return places, directory


def entry_of(
    id: TrashId, parcel: Parcel, items: Sequence[Item], now: int, expires: int
) -> TrashEntry:
    """What is about to be written down. Names are made fit for people and for terminals."""
    if len(str(parcel.detail)) > LARGEST_DETAIL:
        raise BadInput("there is too much to be known of it")
    return TrashEntry(
        id=id,
        user=parcel.user,
        kind=parcel.kind,
        title=readable(parcel.title[:LONGEST_TITLE]),
        place=None if parcel.place is None else readable(parcel.place),
        thrown=now,
        expires=expires,
        bytes=sum(item.bytes for item in items),
        version=parcel.version,
        detail=parcel.detail,
        subject=parcel.subject,
        state="entering",
        items=tuple(items),
    )
