"""A folder, as those see it that only want to know whose it is and where its project lies."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from attrs import frozen

from rdvd.ground.errors import Conflict
from rdvd.identity import Action, Principal, UserId


class NoDirectory(Conflict):
    """A folder may be a mere name, until a directory is said for it."""

    code = "NO_PROJECT_PATH"


@frozen
class Site:
    folder: str
    name: str
    user: UserId
    path: Path | None

    @property
    def project(self) -> Path:
        if self.path is None:
            raise NoDirectory(
                f"the folder {self.name!r} stands for no directory: its `path` says which "
                "(`rdv folder set FOLDER --path DIR`)"
            )
        return self.path


# The folder of this id, if the asker may do this to it.
FindSite: TypeAlias = Callable[[Principal, str, Action], Awaitable[Site]]
