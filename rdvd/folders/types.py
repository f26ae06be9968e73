"""What a folder is: where sessions are put, in a tree for each user."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NewType

from attrs import frozen

from rdvd.ground.errors import BadInput, Conflict, NotFound
from rdvd.ground.names import check_name
from rdvd.identity import UserId

FolderId = NewType("FolderId", str)

MOST_FOLDERS = 10_000
DEEPEST = 1_000
COLOR = re.compile(r"#[0-9a-fA-F]{6}|[a-z][a-z-]{0,29}")
LONGEST_ICON = 64
LONGEST_PATH = 4_096


class NoFolder(NotFound):
    """There is no such folder, or it is not the asker's."""

    code = "NO_SUCH_FOLDER"


class UnknownFolder(BadInput):
    """Something was to be put into a folder that is not there, or not the asker's."""

    code = "UNKNOWN_FOLDER"


class FolderCycle(Conflict):
    """A folder cannot be in itself."""

    code = "FOLDER_CYCLE"


class FolderNotEmpty(Conflict):
    """Something is in it, and nobody has said what is to become of that."""

    code = "FOLDER_NOT_EMPTY"


class FolderChanged(Conflict):
    """Somebody has changed what is in it in this very moment."""

    code = "FOLDER_CHANGED"


class Ambiguous(Conflict):
    """Several folders have that name."""

    code = "AMBIGUOUS_NAME"


@frozen
class Folder:
    """`path`: the directory that it stands for. Times are milliseconds."""

    id: FolderId
    user: UserId
    name: str
    parent: FolderId | None
    path: str | None
    color: str | None
    icon: str | None
    collapsed: bool
    order: int
    created: int
    updated: int


@frozen
class Inside:
    """A session that is in a folder, as far as folders care."""

    id: str
    name: str
    status: str
    folder: FolderId


@frozen
class Survivor:
    """A process of a session that would not end."""

    session: str
    pid: int
    command: str


def check(folder: Folder) -> Folder:
    """What can be judged of a folder by itself."""
    check_name(folder.name)
    if folder.color is not None and not COLOR.fullmatch(folder.color):
        raise BadInput("color: #rrggbb, or a word such as blue")
    icon = folder.icon
    if icon is not None and not (0 < len(icon) <= LONGEST_ICON and icon.isprintable()):
        raise BadInput(f"icon: 1 to {LONGEST_ICON} printable characters")
    if folder.path is not None:
        _check_path(folder.path)
    return folder


def _check_path(path: str) -> None:
    if not Path(path).is_absolute() or "\0" in path or len(path) > LONGEST_PATH:
        raise BadInput(f"path: an absolute path of at most {LONGEST_PATH} characters")


@frozen
class FolderBrief:
    """What one who only passes by wants to know of a folder."""

    id: FolderId
    name: str
    path: str | None


def trail(folders: Sequence[Folder]) -> str:
    """A chain of folders, the outermost first, as people read it."""
    return "/".join(folder.name for folder in folders)
