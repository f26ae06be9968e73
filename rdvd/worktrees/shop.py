"""All that this slice works with, in one hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from attrs import frozen

from actors import Topic
from rdvd.ground.store import Store
from rdvd.identity import SessionId
from rdvd.trash import Trash

from .git import Git
from .settings import WorktreeSettings
from .types import WorktreeFact


class Lodgers(Protocol):
    """The sessions of everybody, as far as worktrees are concerned."""

    def living_in(self, directory: Path) -> Sequence[str]:
        """The names of those that are not closed and began in there."""
        ...

    def is_there(self, session: SessionId) -> bool:
        """Whether it has not been closed."""
        ...


@frozen
class Shop:
    store: Store
    settings: WorktreeSettings
    git: Git
    facts: Topic[WorktreeFact]
    trash: Trash
    lodgers: Lodgers
