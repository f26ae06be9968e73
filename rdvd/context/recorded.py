"""What the database knows of a folder: all of it in one look, so that it was so at one moment."""

import sqlite3
from collections.abc import Collection
from typing import Any

from attrs import asdict

from rdvd import folders, knowledge, preferences
from rdvd.folders import FolderBrief, FolderId
from rdvd.identity import UserId
from rdvd.preferences import Defaults, Source

from .views import ItemBrief, PreferenceBrief, SectionName


def recorded(
    db: sqlite3.Connection,
    defaults: Defaults,
    user: UserId,
    folder: str,
    wanted: Collection[SectionName],
) -> dict[str, Any]:
    id = FolderId(folder)
    found = dict[str, Any]()
    if "parents" in wanted:
        above = folders.chain(db, id)[:-1]
        found["parents"] = [FolderBrief(each.id, each.name, each.path) for each in above]
    if "preferences" in wanted:
        found["preferences"] = _preferences(db, defaults, user, id)
    if "knowledge" in wanted:
        found["knowledge"] = [
            ItemBrief(each.id, each.kind, asdict(each.content))
            for each in knowledge.items(db, folder)
        ]
    if "children" in wanted:
        found["children"] = folders.inside(db, id)
    return found


def _preferences(
    db: sqlite3.Connection, defaults: Defaults, user: UserId, folder: FolderId
) -> list[PreferenceBrief]:
    said = preferences.resolve(db, defaults, user, folder)
    names = sorted(name for name, each in said.variables.items() if each.value is not None)
    return [
        *(PreferenceBrief(key, each.value, _of(each.source)) for key, each in said.values.items()),
        PreferenceBrief("environment", names, "several"),
    ]


def _of(source: Source) -> str:
    return source.level if source.folder_name is None else f"folder {source.folder_name}"
