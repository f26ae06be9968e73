"""Folders in SQLite: a tree for each user, without a cycle and within limits."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import Any

from rdvd.ground.errors import Conflict
from rdvd.identity import UserId

from .types import (
    DEEPEST,
    MOST_FOLDERS,
    Ambiguous,
    Folder,
    FolderBrief,
    FolderCycle,
    FolderId,
    NoFolder,
    UnknownFolder,
    trail,
)

COLUMNS = "id, user, name, parent, path, color, icon, collapsed, position, created, updated"
SELECT = f"SELECT {COLUMNS} FROM folders"
ORDER = "ORDER BY position, created, id"
BELOW = (
    "WITH RECURSIVE below (id, depth) AS (SELECT id, 1 FROM folders WHERE id = :id UNION ALL"
    " SELECT folders.id, depth + 1 FROM folders JOIN below ON folders.parent = below.id)"
)
ABOVE = (
    "WITH RECURSIVE above (id, depth) AS (SELECT :id, 0 UNION ALL SELECT folders.parent, depth + 1"
    " FROM above JOIN folders ON folders.id = above.id WHERE folders.parent IS NOT NULL)"
)


def get(db: sqlite3.Connection, id: str, user: UserId) -> Folder:
    row = db.execute(f"{SELECT} WHERE id = ? AND user = ?", (id, user)).fetchone()
    if row is None:
        raise NoFolder(f"there is no folder {id[:100]}")
    return _folder(row)


def ensure(db: sqlite3.Connection, id: str, user: UserId) -> None:
    """Something of this user may be put into it."""
    if not exists(db, id, user):
        raise UnknownFolder(f"there is no folder {id[:100]!r}: `rdv folder ls` shows all")


def exists(db: sqlite3.Connection, id: str, user: UserId) -> bool:
    found = db.execute("SELECT 1 FROM folders WHERE id = ? AND user = ?", (id, user))
    return found.fetchone() is not None


def find(db: sqlite3.Connection, word: str, user: UserId) -> Folder:
    """By id, by a name that no other has, or by its names from the top, such as `work/api`."""
    row = db.execute(f"{SELECT} WHERE id = ? AND user = ?", (word, user)).fetchone()
    if row is not None:
        return _folder(row)
    rows = db.execute(f"{SELECT} WHERE name = ? AND user = ? {ORDER}", (word, user)).fetchall()
    named = [_folder(each) for each in rows] or _at(db, word, user)
    if len(named) > 1:
        ids = [each.id for each in named]
        places = ", ".join(trail(chain(db, each.id)) for each in named[:5])
        raise Ambiguous(f"{len(named)} folders are named so ({places}): use an id", ids=ids)
    if not named:
        raise NoFolder(f"there is no folder {word[:100]}")
    return named[0]


def of(db: sqlite3.Connection, user: UserId) -> list[Folder]:
    """In their order. There are at most as many as one user may have."""
    return [_folder(row) for row in db.execute(f"{SELECT} WHERE user = ? {ORDER}", (user,))]


def children(db: sqlite3.Connection, id: FolderId) -> list[Folder]:
    return [_folder(row) for row in db.execute(f"{SELECT} WHERE parent = ? {ORDER}", (id,))]


def inside(db: sqlite3.Connection, id: FolderId) -> list[FolderBrief]:
    rows = db.execute(f"SELECT id, name, path FROM folders WHERE parent = ? {ORDER}", (id,))
    return [FolderBrief(*row) for row in rows]


def chain(db: sqlite3.Connection, id: FolderId) -> list[Folder]:
    """The folder and all that it is in, the outermost first."""
    rows = db.execute(
        f"{ABOVE} {SELECT.replace('id,', 'folders.id,', 1)} JOIN above USING (id)"
        " ORDER BY depth DESC",
        {"id": id},
    )
    return [_folder(row) for row in rows]


def whole(db: sqlite3.Connection, id: FolderId) -> list[Folder]:
    """The folder and all that are in it, each after the one that it is in."""
    rows = db.execute(
        f"{BELOW} {SELECT.replace('id,', 'folders.id,', 1)} JOIN below USING (id)"
        " ORDER BY depth, position, created, id",
        {"id": id},
    )
    return [_folder(row) for row in rows]


def add(db: sqlite3.Connection, folder: Folder) -> Folder:
    """At the end of the order."""
    add_whole(db, [folder])
    return get(db, folder.id, folder.user)


def add_whole(db: sqlite3.Connection, folders: Sequence[Folder]) -> None:
    """The first with all that are in it, each after the one that it is in; as above."""
    top = folders[0]
    count, last = db.execute(
        "SELECT count(*), ifnull(max(position), -1) FROM folders WHERE user = ?", (top.user,)
    ).fetchone()
    if count + len(folders) > MOST_FOLDERS:
        raise Conflict(f"there are {count} folders: remove some", code="TOO_MANY_FOLDERS")
    depths = dict[FolderId, int]()
    for each in folders:
        depths[each.id] = 1 + (0 if each.parent is None else depths.get(each.parent, 0))
    _check_parent(db, top, height=max(depths.values()))
    marks = ", ".join("?" * 11)
    db.executemany(
        f"INSERT INTO folders ({COLUMNS}) VALUES ({marks})",
        [
            (*_row(each)[:8], at, each.created, each.updated)
            for at, each in enumerate(folders, last + 1)
        ],
    )


def put(db: sqlite3.Connection, folder: Folder) -> Folder:
    """All of it but its place in the order."""
    before = get(db, folder.id, folder.user)
    if folder.parent != before.parent:
        _check_parent(db, folder, height=_height(db, folder.id))
    db.execute(
        "UPDATE folders SET name = ?, parent = ?, path = ?, color = ?, icon = ?, collapsed = ?,"
        " updated = ? WHERE id = ?",
        (*_row(folder)[2:8], folder.updated, folder.id),
    )
    return get(db, folder.id, folder.user)


def change(
    db: sqlite3.Connection, id: FolderId, user: UserId, by: Callable[[Folder], Folder]
) -> Folder:
    """What was looked at is what is changed."""
    before = get(db, id, user)
    after = by(before)
    return before if after == before else put(db, after)


def reorder(db: sqlite3.Connection, user: UserId, ids: Sequence[str]) -> None:
    """These first and in this order, the others after them as they were."""
    own = dict.fromkeys(folder.id for folder in of(db, user))
    unknown = next((id for id in ids if id not in own), None)
    if unknown is not None:
        raise UnknownFolder(f"you have no folder {unknown[:100]!r}")
    first = dict.fromkeys(ids)
    wanted = [*first, *(id for id in own if id not in first)]
    db.executemany(
        "UPDATE folders SET position = ? WHERE id = ? AND position <> ?",
        [(at, id, at) for at, id in enumerate(wanted)],
    )


def adopt(db: sqlite3.Connection, parent: FolderId, new: FolderId | None, now: int) -> None:
    """What is in the one is in the other from now on."""
    db.execute("UPDATE folders SET parent = ?, updated = ? WHERE parent = ?", (new, now, parent))


def remove(db: sqlite3.Connection, ids: Collection[FolderId]) -> None:
    """All in one statement, so that none is ever without the one that it is in."""
    marks = ", ".join("?" * len(ids))
    db.execute(f"DELETE FROM folders WHERE id IN ({marks})", tuple(ids))


def _check_parent(db: sqlite3.Connection, folder: Folder, height: int) -> None:
    if folder.parent is None:
        return
    ensure(db, folder.parent, folder.user)
    above = chain(db, folder.parent)
    if any(each.id == folder.id for each in above):
        raise FolderCycle(f"{trail(above)} is in this folder: it cannot be in itself")
    if len(above) + height > DEEPEST:
        raise Conflict(f"folders are nested {DEEPEST} deep at most", code="TOO_DEEP")


def _height(db: sqlite3.Connection, id: FolderId) -> int:
    return db.execute(f"{BELOW} SELECT max(depth) FROM below", {"id": id}).fetchone()[0]


def _at(db: sqlite3.Connection, word: str, user: UserId) -> list[Folder]:
    """Those whose names from the top are this. Names may hold what parts them."""
    if "/" not in word:
        return []
    by_id = {folder.id: folder for folder in of(db, user)}
    return [folder for folder in by_id.values() if _trail_of(folder, by_id) == word]


def _trail_of(folder: Folder, by_id: dict[FolderId, Folder]) -> str:
    names = [folder.name]
    while folder.parent is not None:
        folder = by_id[folder.parent]
        names.append(folder.name)
    return "/".join(reversed(names))


def _row(folder: Folder) -> tuple[object, ...]:
    return (
        *(folder.id, folder.user, folder.name, folder.parent, folder.path, folder.color),
        *(folder.icon, int(folder.collapsed), folder.order, folder.created, folder.updated),
    )


def _folder(row: tuple[Any, ...]) -> Folder:  # Any: a row is what the table says
    id, user, name, parent, path, color, icon, collapsed, position, created, updated = row
    above = None if parent is None else FolderId(parent)
    return Folder(
        FolderId(id), UserId(user), name, above, path, color, icon, bool(collapsed), position,
        created, updated,
    )  # fmt: skip
