"""What a kind of thing is besides its files, as the trash meets it: handed in by `main.py`."""

import sqlite3
from collections.abc import Callable
from typing import Protocol, TypeAlias

from .types import Restored, TrashEntry

Commit: TypeAlias = Callable[[sqlite3.Connection], None]


class Restorer(Protocol):
    """A kind without one is its files."""

    async def restore(self, entry: TrashEntry, to: str | None) -> Restored:
        """Bring it back; ends with `Trash.give_back`, which lets go of the entry as it is done."""
        ...

    def forget(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        """It goes for good, in this very transaction: remove the rows that it stood for."""
        ...

    def forgotten(self, entry: TrashEntry) -> None:
        """That transaction is on the disk."""
        ...


class Member(Protocol):
    """Of a kind that can be thrown away along with what holds it, and comes back with it."""

    def throw(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        """It goes to the trash in this transaction; refuse if it must not."""
        ...

    def revive(self, db: sqlite3.Connection, entry: TrashEntry) -> None:
        """It comes back in this transaction, after what holds it."""
        ...

    async def changed(self, entry: TrashEntry) -> None:
        """The transaction in which it went or came back is on the disk."""
        ...
