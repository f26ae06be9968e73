"""Folders on the wire, in the words of seed 000 and a few more."""

from typing import Annotated, Literal

import msgspec
from attrs import evolve, field, frozen

from rdvd.ground.clock import now_ms
from rdvd.ground.ids import new_id
from rdvd.ground.members import Id, Name, chosen, left_out
from rdvd.identity import UserId

from .types import Folder, FolderId, Inside, check

Text = Annotated[str, msgspec.Meta(max_length=4_096)]
Mode = Literal["removed", "moved", "would_remove", "would_move"]
MOST_TOLD = 100


@frozen
class FolderShown:
    """A folder. `path`: the directory it stands for; `sort_order`: its place among all of yours."""

    id: str
    user_id: str
    name: str
    path: str | None
    parent_id: str | None
    color: str | None
    icon: str | None
    collapsed: bool
    sort_order: int
    created_at: int
    updated_at: int


@frozen
class NewFolder:
    __also_camel__ = True

    name: Name
    path: Text | None = None
    parent_id: Id | None = None
    color: Text | None = None
    icon: Text | None = None
    collapsed: bool = False


@frozen
class FolderPatch:
    """What is left out stays as it is; null takes away."""

    __also_camel__ = True

    name: Name | None = None
    path: str | None = field(factory=left_out)
    parent_id: str | None = field(factory=left_out)
    color: str | None = field(factory=left_out)
    icon: str | None = field(factory=left_out)
    collapsed: bool | None = None


@frozen
class FolderMove:
    """Into another folder, or null: to the top."""

    __also_camel__ = True

    parent_id: Id | None


@frozen
class FolderOrder:
    """These first, in this order."""

    __also_camel__ = True

    folder_ids: Annotated[list[Id], msgspec.Meta(max_length=10_000)]


@frozen
class RemovalQuery:
    """`recursive`: with all that is in it, into the trash. `move_to`: what is in it goes to that
    folder, or to the `top`. `dry_run`: only say what would happen."""

    recursive: bool = False
    move_to: Id | None = None
    dry_run: bool = False


@frozen
class InsideShown:
    id: str
    name: str
    status: str
    folder_id: str


@frozen
class SurvivorShown:
    """A process of a session that would not end."""

    session_id: str
    pid: int
    command: str


@frozen
class Removal:
    """The folders and sessions that this is about: the first hundred of each, and how many.

    `trash_id`: what to restore to have it all back.
    """

    outcome: Mode
    folders: list[FolderShown]
    folder_count: int
    sessions: list[InsideShown]
    session_count: int
    trash_id: str | None = None
    survivors: list[SurvivorShown] = field(factory=list[SurvivorShown])
    success: bool = True


def shown(folder: Folder) -> FolderShown:
    return FolderShown(
        folder.id, folder.user, folder.name, folder.path, folder.parent, folder.color, folder.icon,
        folder.collapsed, folder.order, folder.created, folder.updated,
    )  # fmt: skip


def shown_inside(inside: Inside) -> InsideShown:
    return InsideShown(inside.id, inside.name, inside.status, inside.folder)


def folder_of(body: NewFolder, user: UserId) -> Folder:
    now = now_ms()
    parent = None if body.parent_id is None else FolderId(body.parent_id)
    return check(
        Folder(
            FolderId(new_id()), user, body.name, parent, body.path, body.color, body.icon,
            body.collapsed, 0, now, now,
        )
    )  # fmt: skip


def patched(patch: FolderPatch, folder: Folder) -> Folder:
    parent = chosen(patch.parent_id, folder.parent)
    after = evolve(
        folder,
        name=folder.name if patch.name is None else patch.name,
        parent=None if parent is None else FolderId(parent),
        path=chosen(patch.path, folder.path),
        color=chosen(patch.color, folder.color),
        icon=chosen(patch.icon, folder.icon),
        collapsed=folder.collapsed if patch.collapsed is None else patch.collapsed,
    )
    return folder if after == folder else check(evolve(after, updated=now_ms()))
