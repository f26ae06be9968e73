"""What worktrees ask of sessions: who lives where."""

import os
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from rdvd.ground.errors import NotFound
from rdvd.identity import SessionId

from .roster import GONE, Roster
from .types import status_of


@frozen
class Lodging:
    roster: Roster

    def living_in(self, directory: Path) -> Sequence[str]:
        """The names of those that are not closed and began in there; for a thread."""
        here = [each for each in self.roster.all() if status_of(each.state) not in GONE]
        return [each.name for each in here if is_inside(each.directory, directory)]

    def is_there(self, session: SessionId) -> bool:
        try:
            return status_of(self.roster.get(session).state) not in GONE
        except NotFound:
            return False


def is_inside(directory: str, other: Path) -> bool:
    real = Path(os.path.realpath(directory))
    return real == other or other in real.parents
