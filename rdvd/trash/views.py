"""Entries of the trash as clients see them. Never their detail, which may hold anything."""

from attrs import evolve, frozen

from .sighting import Judged
from .types import TrashEntry, TrashKind, readable

LONGEST_IN_AN_EVENT = 1_000
MOST_SHOWN = 1_000


@frozen
class EntryShown:
    """`place`: where it was. Times in milliseconds. `waits_seconds`: it is old by the date alone,
    for the clock has jumped, and goes when the daemon has run for so long."""

    id: str
    user_id: str
    kind: TrashKind
    title: str
    place: str | None
    thrown_at: int
    expires_at: int
    bytes: int
    waits_seconds: int | None = None


@frozen
class ItemShown:
    path: str
    bytes: int


@frozen
class EntryWhole:
    """`items`: the first thousand files and directories that came with it, of `item_count`."""

    id: str
    user_id: str
    kind: TrashKind
    title: str
    place: str | None
    thrown_at: int
    expires_at: int
    bytes: int
    items: list[ItemShown]
    item_count: int


@frozen
class RestoredShown:
    """Where it is now. `missing`: what somebody had taken out of the trash directory by hand.
    `notes`: what is not as it was."""

    entry: EntryShown
    places: list[str]
    missing: list[str]
    notes: list[str]
    success: bool = True


@frozen
class Emptied:
    """What was removed, or with `dry_run` what would be. `waiting`: how many are as old by the
    date alone, for the clock has jumped; that counts when the daemon has run for `waits_seconds`.
    """

    entries: int
    bytes: int
    dry_run: bool
    waiting: int = 0
    waits_seconds: int = 0
    success: bool = True


def shown(entry: TrashEntry, waits: int | None = None) -> EntryShown:
    return EntryShown(
        entry.id, entry.user, entry.kind, entry.title, entry.place, entry.thrown, entry.expires,
        entry.bytes, None if waits is None else waits // 1000,
    )  # fmt: skip


def emptied(judged: Judged, *, dry_run: bool) -> Emptied:
    waits = judged.waits // 1000
    return Emptied(len(judged.old), judged.bytes, dry_run, len(judged.waiting), waits)


def whole(entry: TrashEntry) -> EntryWhole:
    items = [ItemShown(readable(item.origin), item.bytes) for item in entry.items[:MOST_SHOWN]]
    return EntryWhole(
        entry.id, entry.user, entry.kind, entry.title, entry.place, entry.thrown, entry.expires,
        entry.bytes, items, len(entry.items),
    )  # fmt: skip


def brief(entry: TrashEntry) -> EntryShown:
    """An event has a size."""
    view = shown(entry)
    return evolve(view, place=view.place and view.place[:LONGEST_IN_AN_EVENT])
